import { filterOf, groupUrn, listUrn, userUrn } from '../support/service.ts'
import type { Step } from './dialogue.ts'

// After Okta's "SCIM 2.0 protocol reference": catalogue integrations PATCH, integrations of the app wizard PUT.
const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
const isaac = {
  schemas: [userUrn],
  userName: 'isaac.brock@acme.test',
  name: { givenName: 'Isaac', familyName: 'Brock' },
  emails: [{ primary: true, value: 'isaac.brock@acme.test', type: 'work' }],
  displayName: 'Isaac Brock',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq',
  active: true,
}
const page = (userName: string): string =>
  `/Users?${filterOf(`userName eq "${userName}"`)}&startIndex=1&count=100`

const joining: readonly Step[] = [
  {
    says: 'tests the connection',
    send: ['GET', '/Users?startIndex=1&count=2'],
    status: 200,
    answer: { totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
  },
  {
    says: 'looks the user up',
    send: ['GET', page('isaac.brock@acme.test')],
    status: 200,
    answer: { schemas: [listUrn], totalResults: 0, startIndex: 1 },
  },
  {
    says: 'creates the user with a password',
    send: ['POST', '/Users', isaac],
    status: 201,
    saves: 'user',
    answer: { active: true, externalId: '00ujl29u0le5T6Aj10h7' },
  },
  {
    says: 'reads the user',
    send: ['GET', '/Users/<user>'],
    status: 200,
    answer: { id: '<user>', userName: 'isaac.brock@acme.test' },
  },
  {
    says: 'imports a page of users',
    send: ['GET', '/Users?startIndex=1&count=100'],
    status: 200,
    answer: { totalResults: 1, itemsPerPage: 1 },
  },
  {
    says: 'pushes a group with its members',
    send: [
      'POST',
      '/Groups',
      {
        schemas: [groupUrn],
        displayName: 'SOC-Analysts',
        members: [{ value: '<user>', display: 'isaac.brock@acme.test' }],
      },
    ],
    status: 201,
    saves: 'group',
    answer: { displayName: 'SOC-Analysts', members: [{ value: '<user>' }] },
  },
]

const changing: readonly Step[] = [
  {
    says: 'renames the group with its id in the value, as with every membership change',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch(
        { op: 'replace', value: { id: '<group>', displayName: 'SOC-Analysts' } },
        { op: 'remove', path: 'members[value eq "<user>"]' },
        { op: 'add', path: 'members', value: [{ value: '<user>', display: 'isaac.brock@acme.test' }] },
      ),
    ],
    status: 204,
  },
  {
    says: 'replaces all members',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({
        op: 'replace',
        path: 'members',
        value: [{ value: '<user>', display: 'isaac.brock@acme.test' }],
      }),
    ],
    status: 204,
  },
  {
    says: 'updates the profile by PUT',
    send: [
      'PUT',
      '/Users/<user>',
      { ...isaac, id: '<user>', displayName: 'Isaac B.', meta: { resourceType: 'User' } },
    ],
    status: 200,
    answer: { displayName: 'Isaac B.' },
  },
  {
    says: 'replaces the group by PUT (app wizard)',
    send: [
      'PUT',
      '/Groups/<group>',
      { schemas: [groupUrn], id: '<group>', displayName: 'SOC-Analysts', members: [] },
    ],
    status: 200,
    answer: { displayName: 'SOC-Analysts' },
  },
  {
    says: 'puts the member back by PUT',
    send: [
      'PUT',
      '/Groups/<group>',
      { schemas: [groupUrn], id: '<group>', displayName: 'SOC-Analysts', members: [{ value: '<user>' }] },
    ],
    status: 200,
    answer: { members: [{ value: '<user>' }] },
  },
]

const leaving: readonly Step[] = [
  {
    says: 'deactivates by PATCH (catalogue)',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', value: { active: false } })],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'sees the deactivated user',
    send: ['GET', page('isaac.brock@acme.test')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user>', active: false }] },
  },
  {
    says: 'assigns again: creates with the same externalId',
    send: ['POST', '/Users', isaac],
    status: 201,
    answer: { id: '<user>', active: true },
  },
  {
    says: 'deactivates by PUT (app wizard)',
    send: ['PUT', '/Users/<user>', { ...isaac, id: '<user>', active: false }],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'updates the profile of the deactivated user without mentioning active',
    send: ['PUT', '/Users/<user>', { ...isaac, id: '<user>', active: undefined, displayName: 'Gone' }],
    status: 200,
    answer: { active: false, displayName: 'Gone' },
  },
  {
    says: 'assigns again with a new externalId',
    send: ['POST', '/Users', { ...isaac, externalId: '00uNEW' }],
    status: 409,
  },
  { says: 'stops pushing the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]

export const okta: readonly Step[] = [...joining, ...changing, ...leaving]
