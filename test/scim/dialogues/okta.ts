import { groupUrn, listUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After Okta's "SCIM 2.0 protocol reference": integrations of its catalogue PATCH what concerns `active` and groups.
export const account = (name: string, externalId: string): object => ({
  schemas: [userUrn],
  userName: `${name}@acme.test`,
  name: { givenName: 'Isaac', familyName: 'Brock' },
  emails: [{ primary: true, value: `${name}@acme.test`, type: 'work' }],
  displayName: 'Isaac Brock',
  locale: 'en-US',
  externalId,
  groups: [],
  password: '1mz050nq',
  active: true,
})
export const kept = (name: string, externalId: string): object => ({
  userName: `${name}@acme.test`,
  name: { givenName: 'Isaac', familyName: 'Brock' },
  emails: [{ primary: true, value: `${name}@acme.test`, type: 'work' }],
  displayName: 'Isaac Brock',
  locale: 'en-US',
  externalId,
  active: true,
})
const externalId = '00ujl29u0le5T6Aj10h7'
const isaac = account('isaac.brock', externalId)
const isaacKept = kept('isaac.brock', externalId)
const eric = account('eric.judy', '00ujl29u0le5T6Aj10h8')
const page = (userName: string): string =>
  find('/Users', `userName eq "${userName}"`, '&startIndex=1&count=100')

export const connectionTest: readonly Step[] = [
  {
    says: 'tests the connection',
    send: ['GET', '/Users?startIndex=1&count=2'],
    status: 200,
    answer: { totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
  },
]

const joining: readonly Step[] = [
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
    // An `active: false` here would have it deactivate the user and try again for ever.
    answer: { active: true, externalId },
    stored: ['/Users/<user>', isaacKept],
  },
  {
    says: 'creates a second user',
    send: ['POST', '/Users', eric],
    status: 201,
    saves: 'other',
  },
  {
    says: 'imports a page of users',
    send: ['GET', '/Users?startIndex=1&count=100'],
    status: 200,
    answer: { totalResults: 2, startIndex: 1, itemsPerPage: 2 },
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
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
  },
  {
    says: 'imports a page of groups',
    send: ['GET', '/Groups?startIndex=1&count=100'],
    status: 200,
    answer: { totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id: '<group>' }] },
  },
]

const changing: readonly Step[] = [
  {
    says: 'renames the group with its id in the value, removes before it adds, as with every membership change',
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
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
  },
  {
    says: 'exchanges one member for another in one request',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch(
        { op: 'remove', path: 'members[value eq "<user>"]' },
        { op: 'add', path: 'members', value: [{ value: '<other>', display: 'eric.judy@acme.test' }] },
      ),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('other')] }],
  },
  {
    says: 'empties the group by a push of nobody',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'replace', path: 'members', value: [] })],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts' }],
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
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
  },
  {
    says: 'reads the user before it changes them',
    send: ['GET', '/Users/<user>'],
    status: 200,
    answer: { id: '<user>', userName: 'isaac.brock@acme.test', groups: [{ value: '<group>' }] },
  },
  {
    says: 'updates the profile by PUT, as read, with groups in it',
    send: [
      'PUT',
      '/Users/<user>',
      {
        ...isaac,
        id: '<user>',
        displayName: 'Isaac B.',
        groups: [{ value: 'somewhere-else' }],
        meta: { resourceType: 'User' },
      },
    ],
    status: 200,
    answer: { displayName: 'Isaac B.' },
    stored: [
      '/Users/<user>',
      { ...isaacKept, displayName: 'Isaac B.', groups: [groupOf('group', 'SOC-Analysts')] },
    ],
  },
  {
    says: 'syncs the password',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', value: { password: '1mz050nq-new' } })],
    status: 200,
    stored: [
      '/Users/<user>',
      { ...isaacKept, displayName: 'Isaac B.', groups: [groupOf('group', 'SOC-Analysts')] },
    ],
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
    stored: ['/Users/<user>', { ...isaacKept, groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  {
    says: 'deactivates once more',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', value: { active: false } })],
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
    says: 'activates by PATCH (catalogue)',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', value: { active: true } })],
    status: 200,
    answer: { active: true, displayName: 'Gone' },
  },
  {
    says: 'deactivates for good',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', value: { active: false } })],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'assigns somebody else under the name of the deactivated user',
    send: ['POST', '/Users', { ...isaac, externalId: '00uNEW' }],
    status: 409,
    answer: { scimType: 'uniqueness' },
  },
  { says: 'stops pushing the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]

export const okta: readonly Step[] = [...connectionTest, ...joining, ...changing, ...leaving]
