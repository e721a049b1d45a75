import { groupUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After JumpCloud's page on custom SCIM integrations: activation makes a test user and a test group and deletes both.
const account = (name: string): object => ({
  schemas: [userUrn],
  userName: `${name}@acme.test`,
  externalId: `jc-${name}`,
  active: true,
  name: { givenName: name, familyName: 'Cloud' },
  displayName: `${name} Cloud`,
  emails: [{ type: 'work', primary: true, value: `${name}@acme.test` }],
})
const kept = (name: string): object => ({
  userName: `${name}@acme.test`,
  externalId: `jc-${name}`,
  active: true,
  name: { givenName: name, familyName: 'Cloud' },
  displayName: `${name} Cloud`,
  emails: [{ type: 'work', primary: true, value: `${name}@acme.test` }],
})
const add = (says: string): Step => ({
  says,
  send: ['PATCH', '/Groups/<group>', patch({ op: 'add', path: 'members', value: [{ value: '<user>' }] })],
  status: 204,
  stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
})

/** The same each time somebody presses the button. */
const activation: readonly Step[] = [
  {
    says: 'looks the test user up',
    send: ['GET', find('/Users', 'userName eq "test@acme.test"')],
    status: 200,
    answer: { totalResults: 0 },
  },
  {
    says: 'creates the test user',
    send: ['POST', '/Users', account('test')],
    status: 201,
    saves: 'testUser',
    stored: ['/Users/<testUser>', kept('test')],
  },
  {
    says: 'deactivates the test user by PUT',
    send: ['PUT', '/Users/<testUser>', { ...account('test'), id: '<testUser>', active: false }],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'creates the test group',
    send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'Test', members: [] }],
    status: 201,
    saves: 'testGroup',
  },
  {
    says: 'puts the test user into the test group',
    send: [
      'PATCH',
      '/Groups/<testGroup>',
      patch({ op: 'add', path: 'members', value: [{ value: '<testUser>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<testGroup>', { displayName: 'Test', members: [memberOf('testUser')] }],
  },
  { says: 'deletes the test group', send: ['DELETE', '/Groups/<testGroup>'], status: 204 },
  { says: 'deletes the test user', send: ['DELETE', '/Users/<testUser>'], status: 204 },
  {
    says: 'leaves nobody behind',
    send: ['GET', '/Users'],
    status: 200,
    answer: { totalResults: 0, Resources: [] },
  },
  {
    says: 'leaves no group behind',
    send: ['GET', '/Groups'],
    status: 200,
    answer: { totalResults: 0, Resources: [] },
  },
]

export const jumpCloud: readonly Step[] = [
  ...activation,
  // Pressed again: the test user comes back from its tombstone, without the membership of its earlier life.
  ...activation,
  {
    says: 'creates the user',
    send: ['POST', '/Users', account('kim')],
    status: 201,
    saves: 'user',
    stored: ['/Users/<user>', kept('kim')],
  },
  {
    says: 'creates the group',
    send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'SOC-Analysts', members: [] }],
    status: 201,
    saves: 'group',
  },
  add('adds the member'),
  add('adds the member again'),
  add('adds the member a third time'),
  {
    says: 'reads the group to compare',
    send: ['GET', '/Groups/<group>'],
    status: 200,
    answer: { members: [{ value: '<user>' }] },
  },
  {
    says: 'removes the member by a list of values',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'remove', path: 'members', value: [{ value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts' }],
  },
  {
    says: 'removes the member again',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'remove', path: 'members', value: [{ value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts' }],
  },
  add('adds the member once more'),
  {
    says: 'suspends the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account('kim'), id: '<user>', active: false }],
    status: 200,
    stored: ['/Users/<user>', { ...kept('kim'), active: false, groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  {
    says: 'returns the user by POST',
    send: ['POST', '/Users', account('kim')],
    status: 201,
    answer: { id: '<user>', active: true },
    stored: ['/Users/<user>', { ...kept('kim'), groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  { says: 'deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
  { says: 'deletes the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]
