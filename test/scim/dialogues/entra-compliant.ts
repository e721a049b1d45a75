import { enterpriseUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'
import { connectionTest, group, nothing } from './entra.ts'

// The same service with `aadOptscim062020` in the tenant URL, after the same pages.
const objectId = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const account = (n: number): object => ({
  schemas: [userUrn, enterpriseUrn],
  externalId: `external-${n}`,
  userName: `compliant${n}@acme.test`,
  active: true,
  displayName: `Compliant ${n}`,
  emails: [{ primary: true, type: 'work', value: `compliant${n}@acme.test` }],
  meta: { resourceType: 'User' },
  name: { familyName: 'Compliant', givenName: `${n}` },
})
const kept = (n: number): object => ({
  externalId: `external-${n}`,
  userName: `compliant${n}@acme.test`,
  active: true,
  displayName: `Compliant ${n}`,
  emails: [{ primary: true, type: 'work', value: `compliant${n}@acme.test` }],
  name: { familyName: 'Compliant', givenName: `${n}` },
})

const joining: readonly Step[] = [
  ...[1, 2, 3].flatMap((n): readonly Step[] => [
    {
      says: `looks user ${n} up`,
      send: ['GET', find('/Users', `userName eq "compliant${n}@acme.test"`)],
      status: 200,
      answer: nothing,
    },
    {
      says: `creates user ${n}`,
      send: ['POST', '/Users', account(n)],
      status: 201,
      saves: `user${n}`,
      answer: kept(n),
    },
  ]),
  {
    says: 'creates the group',
    send: ['POST', '/Groups', group('Team', 'external-team')],
    status: 201,
    saves: 'group',
  },
  {
    says: 'creates the group around it without members: nested groups are not sent',
    send: ['POST', '/Groups', group('Department', 'external-department')],
    status: 201,
    saves: 'outer',
    stored: ['/Groups/<outer>', { displayName: 'Department', externalId: 'external-department' }],
  },
  {
    says: 'adds several members in one request',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'add', path: 'members', value: [{ value: '<user1>' }, { value: '<user2>' }] }),
    ],
    status: 204,
    stored: [
      '/Groups/<group>',
      {
        displayName: 'Team',
        externalId: 'external-team',
        members: [memberOf('user1'), memberOf('user2')],
      },
    ],
  },
]

const renamed = { ...kept(1), displayName: 'Renamed', name: { familyName: 'Ninth', givenName: 'Ab' } }
const changing: readonly Step[] = [
  {
    says: 'replaces several attributes at once: one with its filter, the rest without a path, names and paths mixed',
    send: [
      'PATCH',
      '/Users/<user1>',
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'changed1@acme.test' },
        {
          op: 'replace',
          value: {
            displayName: 'Renamed',
            'name.givenName': 'Ab',
            'name.familyName': 'Ninth',
            [`${enterpriseUrn}:department`]: 'Audit',
            [`${enterpriseUrn}:manager`]: '<user2>',
          },
        },
      ),
    ],
    status: 200,
    stored: [
      '/Users/<user1>',
      {
        ...renamed,
        emails: [{ primary: true, type: 'work', value: 'changed1@acme.test' }],
        [enterpriseUrn]: { department: 'Audit', manager: { value: '<user2>' } },
        groups: [groupOf('group', 'Team')],
      },
    ],
  },
  {
    says: 'changes the manager and clears the department, without a path',
    send: [
      'PATCH',
      '/Users/<user1>',
      patch({
        op: 'replace',
        value: {
          [`${enterpriseUrn}:manager`]: '<user3>',
          [`${enterpriseUrn}:department`]: '',
          'emails[type eq "work"].value': 'compliant1@acme.test',
        },
      }),
    ],
    status: 200,
    stored: [
      '/Users/<user1>',
      {
        ...renamed,
        [enterpriseUrn]: { manager: { value: '<user3>' } },
        groups: [groupOf('group', 'Team')],
      },
    ],
  },
  {
    says: 'removes the manager',
    send: ['PATCH', '/Users/<user1>', patch({ op: 'remove', path: `${enterpriseUrn}:manager` })],
    status: 200,
    stored: ['/Users/<user1>', { ...renamed, groups: [groupOf('group', 'Team')] }],
  },
  {
    says: 'adds a single text',
    send: ['PATCH', '/Users/<user1>', patch({ op: 'add', path: 'nickName', value: 'Babs' })],
    status: 200,
    answer: { nickName: 'Babs' },
  },
  {
    says: 'creates a value that is not there from the names of its parts',
    send: [
      'PATCH',
      '/Users/<user1>',
      patch({
        op: 'replace',
        value: {
          nickName: null,
          'phoneNumbers[type eq "work"].value': '+33 1 00',
          'addresses[type eq "work"].locality': 'Lyon',
          'addresses[type eq "work"].country': 'FR',
        },
      }),
    ],
    status: 200,
    stored: [
      '/Users/<user1>',
      {
        ...renamed,
        phoneNumbers: [{ type: 'work', value: '+33 1 00' }],
        addresses: [{ type: 'work', locality: 'Lyon', country: 'FR' }],
        groups: [groupOf('group', 'Team')],
      },
    ],
  },
  {
    says: 'renames the group, removes one member and adds another in one request',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch(
        { op: 'replace', path: 'displayName', value: 'Crew' },
        { op: 'remove', path: 'members[value eq "<user1>"]' },
        { op: 'add', path: 'members', value: [{ value: '<user3>' }] },
      ),
    ],
    status: 204,
    stored: [
      '/Groups/<group>',
      {
        displayName: 'Crew',
        externalId: 'external-team',
        members: [memberOf('user2'), memberOf('user3')],
      },
    ],
  },
  {
    says: 'changes the object id of the group',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'replace', path: 'externalId', value: 'external-crew' })],
    status: 204,
    answer: {},
  },
  {
    says: 'removes a member that is not in it',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'remove', path: 'members[value eq "<user1>"]' })],
    status: 204,
    stored: [
      '/Groups/<group>',
      { displayName: 'Crew', externalId: 'external-crew', members: [memberOf('user2'), memberOf('user3')] },
    ],
  },
]

const leaving: readonly Step[] = [
  {
    says: 'disables the user',
    send: ['PATCH', '/Users/<user2>', patch({ op: 'replace', path: 'active', value: false })],
    status: 200,
    stored: ['/Users/<user2>', { ...kept(2), active: false, groups: [groupOf('group', 'Crew')] }],
  },
  {
    says: 'soft-deletes the user under a renamed userName, without a path',
    send: [
      'PATCH',
      '/Users/<user2>',
      patch({
        op: 'replace',
        value: {
          active: false,
          userName: `${objectId}compliant2@acme.test`,
          'emails[type eq "work"].value': `${objectId}compliant2@acme.test`,
        },
      }),
    ],
    status: 200,
    stored: ['/Users/<user2>', { ...kept(2), active: false, groups: [groupOf('group', 'Crew')] }],
  },
  {
    says: 'finds the restored user under the name of before',
    send: ['GET', find('/Users', 'userName eq "compliant2@acme.test"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user2>' }] },
  },
  {
    says: 'restores the user',
    send: [
      'PATCH',
      '/Users/<user2>',
      patch({
        op: 'replace',
        value: {
          active: true,
          userName: 'compliant2@acme.test',
          'emails[type eq "work"].value': 'compliant2@acme.test',
        },
      }),
    ],
    status: 200,
    stored: ['/Users/<user2>', { ...kept(2), groups: [groupOf('group', 'Crew')] }],
  },
  { says: 'hard-deletes the user', send: ['DELETE', '/Users/<user2>'], status: 204 },
  {
    says: 'finds nobody under that name',
    send: ['GET', find('/Users', 'userName eq "compliant2@acme.test"')],
    status: 200,
    answer: nothing,
  },
  {
    says: 'pages through the users by fives',
    send: ['GET', '/Users?startIndex=1&count=5'],
    status: 200,
    answer: { totalResults: 2, startIndex: 1, itemsPerPage: 2 },
  },
  {
    says: 'pages beyond their end',
    send: ['GET', '/Users?startIndex=6&count=5'],
    status: 200,
    answer: { totalResults: 2, startIndex: 6, itemsPerPage: 0, Resources: [] },
  },
  { says: 'deletes the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]

export const entraCompliant: readonly Step[] = [...connectionTest, ...joining, ...changing, ...leaving]
