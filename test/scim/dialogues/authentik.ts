import { expect } from 'vitest'
import { groupUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After authentik's documentation of its SCIM provider: the configuration first, people by POST and PUT, members by PATCH after the group is there.
const account = {
  schemas: [userUrn],
  externalId: 'b4f7c0ffee',
  userName: 'ursula',
  name: { formatted: 'Ursula Le Guin', givenName: 'Ursula', familyName: 'Le Guin' },
  displayName: 'Ursula Le Guin',
  photos: null,
  locale: null,
  active: true,
  emails: [{ value: 'ursula@acme.test', type: 'other', primary: true }],
}
const kept = {
  externalId: 'b4f7c0ffee',
  userName: 'ursula',
  name: { formatted: 'Ursula Le Guin', givenName: 'Ursula', familyName: 'Le Guin' },
  displayName: 'Ursula Le Guin',
  active: true,
  emails: [{ value: 'ursula@acme.test', type: 'other', primary: true }],
}
const add = (...names: readonly string[]): object =>
  patch(...names.map((name) => ({ op: 'add', path: 'members', value: [{ value: `<${name}>` }] })))
const remove = (...names: readonly string[]): object =>
  patch(...names.map((name) => ({ op: 'remove', path: 'members', value: [{ value: `<${name}>` }] })))

const common: readonly Step[] = [
  {
    says: 'reads the configuration, every part of which it needs',
    send: ['GET', '/ServiceProviderConfig'],
    status: 200,
    answer: {
      patch: { supported: true },
      filter: { supported: true, maxResults: expect.any(Number) },
      // Its client cuts memberships into pieces of this size.
      bulk: { supported: expect.any(Boolean), maxOperations: expect.any(Number) },
      changePassword: { supported: false },
      sort: { supported: expect.any(Boolean) },
      authenticationSchemes: [
        expect.objectContaining({ type: 'oauthbearertoken', name: expect.any(String), primary: true }),
      ],
    },
  },
  {
    says: 'creates the user',
    send: ['POST', '/Users', account],
    status: 201,
    saves: 'user',
    stored: ['/Users/<user>', kept],
  },
  {
    says: 'creates a second user',
    send: ['POST', '/Users', { ...account, userName: 'octavia', externalId: 'second' }],
    status: 201,
    saves: 'other',
  },
  {
    says: 'creates the group without members',
    send: ['POST', '/Groups', { schemas: [groupUrn], externalId: 'g-1', displayName: 'SOC-Analysts' }],
    status: 201,
    saves: 'group',
    stored: ['/Groups/<group>', { externalId: 'g-1', displayName: 'SOC-Analysts' }],
  },
  {
    says: 'adds the members, one operation each',
    send: ['PATCH', '/Groups/<group>', add('user', 'other')],
    status: 204,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-1', displayName: 'SOC-Analysts', members: [memberOf('user'), memberOf('other')] },
    ],
  },
]

const fullSync: readonly Step[] = [
  {
    says: 'updates the user by PUT with its id',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>', displayName: 'Ursula' }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, displayName: 'Ursula', groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  {
    says: 'updates the group by a replace without path: the whole group but for its members, id and schemas with it',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({
        op: 'replace',
        value: { schemas: [groupUrn], id: '<group>', externalId: 'g-1', displayName: 'SOC-Renamed' },
      }),
    ],
    status: 204,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-1', displayName: 'SOC-Renamed', members: [memberOf('user'), memberOf('other')] },
    ],
  },
  {
    says: 'compares the members',
    send: ['GET', '/Groups/<group>'],
    status: 200,
    answer: { id: '<group>', members: expect.any(Array) },
  },
  {
    says: 'removes whom it does not know',
    send: ['PATCH', '/Groups/<group>', remove('other')],
    status: 204,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-1', displayName: 'SOC-Renamed', members: [memberOf('user')] },
    ],
  },
  {
    says: 'discovers users page by page, without saying how large a page',
    send: ['GET', '/Users?startIndex=2'],
    status: 200,
    answer: { totalResults: 2, startIndex: 2, itemsPerPage: 1 },
  },
]

const vendorModes: readonly Step[] = [
  {
    says: 'in its mode for AWS changes name and externalId, each by a path',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch(
        { op: 'replace', path: 'displayName', value: 'SOC-Analysts' },
        { op: 'replace', path: 'externalId', value: 'g-2' },
      ),
    ],
    status: 204,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-2', displayName: 'SOC-Analysts', members: [memberOf('user')] },
    ],
  },
  {
    says: 'without PATCH in the configuration it cached, puts the group with its members',
    send: [
      'PUT',
      '/Groups/<group>',
      {
        schemas: [groupUrn],
        id: '<group>',
        externalId: 'g-1',
        displayName: 'SOC-Analysts',
        members: [{ value: '<user>' }, { value: '<other>' }],
      },
    ],
    status: 200,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-1', displayName: 'SOC-Analysts', members: [memberOf('user'), memberOf('other')] },
    ],
  },
  {
    says: 'puts the group without mentioning members',
    send: [
      'PUT',
      '/Groups/<group>',
      { schemas: [groupUrn], id: '<group>', externalId: 'g-1', displayName: 'SOC-Analysts' },
    ],
    status: 200,
    stored: [
      '/Groups/<group>',
      { externalId: 'g-1', displayName: 'SOC-Analysts', members: [memberOf('user'), memberOf('other')] },
    ],
  },
  {
    says: 'creates a group that is there already, and looks it up by name after the refusal',
    send: ['POST', '/Groups', { schemas: [groupUrn], externalId: 'g-1', displayName: 'SOC-Analysts' }],
    status: 409,
    answer: { scimType: 'uniqueness' },
  },
  {
    says: 'looks the group up',
    send: ['GET', find('/Groups', 'displayName eq "SOC-Analysts"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<group>' }] },
  },
]

const leaving: readonly Step[] = [
  {
    says: 'removes the members, one operation each',
    send: ['PATCH', '/Groups/<group>', remove('user', 'other')],
    status: 204,
    stored: ['/Groups/<group>', { externalId: 'g-1', displayName: 'SOC-Analysts' }],
  },
  {
    says: 'deactivates the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>', active: false }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, active: false }],
  },
  { says: 'deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
  { says: 'deletes the user it had forgotten to delete', send: ['DELETE', '/Users/<user>'], status: 404 },
  { says: 'deletes the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]

export const authentik: readonly Step[] = [...common, ...fullSync, ...vendorModes, ...leaving]
