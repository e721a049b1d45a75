import { enterpriseUrn, groupUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After Ping Identity's pages on PingOne's and PingFederate's SCIM connectors: 2.0 by PUT, groups by PATCH; 1.1 where an old connection is left as it was.
const account = {
  schemas: [userUrn, enterpriseUrn],
  userName: 'pat@acme.test',
  externalId: 'ping-1',
  name: { givenName: 'Pat', familyName: 'Pong' },
  emails: [{ value: 'pat@acme.test', type: 'work', primary: true }],
  active: true,
  [enterpriseUrn]: { employeeNumber: '7', division: '' },
}
const kept = {
  userName: 'pat@acme.test',
  externalId: 'ping-1',
  name: { givenName: 'Pat', familyName: 'Pong' },
  emails: [{ value: 'pat@acme.test', type: 'work', primary: true }],
  active: true,
  [enterpriseUrn]: { employeeNumber: '7' },
}
const group = { displayName: 'SOC-Analysts', externalId: 'ping-group', members: [memberOf('user')] }

const modern: readonly Step[] = [
  {
    says: 'looks the user up, with the operator as the administrator typed it',
    send: ['GET', find('/Users', 'username Eq "pat@acme.test"')],
    status: 200,
    answer: { totalResults: 0, Resources: [] },
  },
  {
    says: 'looks the user up by work e-mail, the other way of matching it offers',
    send: ['GET', find('/Users', 'emails eq "pat@acme.test"')],
    status: 200,
    answer: { totalResults: 0 },
  },
  {
    says: 'creates the user',
    send: ['POST', '/Users', account],
    status: 201,
    saves: 'user',
    stored: ['/Users/<user>', kept],
  },
  {
    says: 'finds the user by work e-mail',
    send: ['GET', find('/Users', 'emails eq "pat@acme.test"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user>' }] },
  },
  {
    says: 'updates the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>', title: 'Captain' }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, title: 'Captain' }],
  },
  {
    says: 'creates the group',
    send: [
      'POST',
      '/Groups',
      { schemas: [groupUrn], displayName: 'SOC-Analysts', externalId: 'ping-group', members: [] },
    ],
    status: 201,
    saves: 'group',
  },
  {
    says: 'adds the member by PATCH',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'add', path: 'members', value: [{ value: '<user>', display: 'pat@acme.test' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', group],
  },
  {
    says: 'overwrites the membership',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'replace', value: { members: [{ value: '<user>', display: 'pat@acme.test' }] } }),
    ],
    status: 204,
    stored: ['/Groups/<group>', group],
  },
]

const inGroup = { ...kept, title: 'Captain', groups: [groupOf('group', 'SOC-Analysts')] }
/** Each is told what is wrong with it, and nothing changes. */
const leftovers: readonly Step[] = [
  {
    says: 'creates a user of SCIM 1.1',
    send: [
      'POST',
      '/Users',
      { ...account, userName: 'old@acme.test', schemas: ['urn:scim:schemas:core:1.0'] },
    ],
    status: 400,
    answer: { scimType: 'invalidSyntax', detail: `schemas: must name ${userUrn}` },
  },
  {
    says: 'removes a member the way of SCIM 1.1',
    send: [
      'PATCH',
      '/Groups/<group>',
      { schemas: ['urn:scim:schemas:core:1.0'], members: [{ value: '<user>', operation: 'delete' }] },
    ],
    status: 400,
    answer: {
      scimType: 'invalidSyntax',
      detail: 'schemas: must be exactly ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]',
    },
    stored: ['/Groups/<group>', group],
  },
  {
    says: 'clears attributes through meta, the way of SCIM 1.1',
    send: [
      'PATCH',
      '/Users/<user>',
      { schemas: ['urn:scim:schemas:core:1.0'], meta: { attributes: ['title'] } },
    ],
    status: 400,
    answer: { scimType: 'invalidSyntax' },
    stored: ['/Users/<user>', inGroup],
  },
  {
    says: 'sends a PATCH as a POST with the method in a header',
    send: ['POST', '/Users/<user>', { schemas: ['urn:scim:schemas:core:1.0'], active: false }],
    headers: { 'x-http-method-override': 'PATCH' },
    status: 405,
    answer: { detail: 'allowed here: GET, HEAD, PUT, PATCH, DELETE' },
    stored: ['/Users/<user>', inGroup],
  },
  {
    says: 'sends XML',
    send: ['PUT', '/Users/<user>', '<User><userName>x</userName></User>'],
    headers: { 'content-type': 'application/xml' },
    status: 415,
    answer: { detail: 'send application/scim+json or application/json' },
    stored: ['/Users/<user>', inGroup],
  },
  {
    says: 'reads the configuration where SCIM 1.1 had it',
    send: ['GET', '/ServiceProviderConfigs'],
    status: 404,
    answer: { detail: 'no such endpoint' },
  },
]

const leaving: readonly Step[] = [
  {
    says: 'disables the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>', active: false }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, active: false, groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  {
    says: 'removes the member by PATCH',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'remove', path: 'members[value eq "<user>"]' })],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', externalId: 'ping-group' }],
  },
  { says: 'deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
]

export const ping: readonly Step[] = [...modern, ...leftovers, ...leaving]
