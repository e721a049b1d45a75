import { groupUrn } from '../support/service.ts'
import { find, groupOf, memberOf, type Step } from './dialogue.ts'
import { account, connectionTest, kept } from './okta.ts'

// After the same reference: what comes out of the app integration wizard changes everything by PUT, activation and members included.
const modest = account('modest.mouse', '00uwizard1')
const modestKept = kept('modest.mouse', '00uwizard1')
const lonesome = account('lonesome.crowded', '00uwizard2')
const pushed = (displayName: string, ...members: readonly string[]): object => ({
  schemas: [groupUrn],
  id: '<group>',
  displayName,
  members: members.map((name) => ({ value: `<${name}>`, display: `${name}@acme.test` })),
})
const put = (says: string, displayName: string, ...members: readonly string[]): Step => ({
  says,
  send: ['PUT', '/Groups/<group>', pushed(displayName, ...members)],
  status: 200,
  answer: { id: '<group>', displayName },
  stored: [
    '/Groups/<group>',
    { displayName, ...(members.length === 0 ? {} : { members: members.map((each) => memberOf(each)) }) },
  ],
})

const users: readonly Step[] = [
  {
    says: 'looks the user up',
    send: ['GET', find('/Users', 'userName eq "modest.mouse@acme.test"', '&startIndex=1&count=100')],
    status: 200,
    answer: { totalResults: 0 },
  },
  {
    says: 'creates the user',
    send: ['POST', '/Users', modest],
    status: 201,
    saves: 'user',
    answer: { active: true },
  },
  { says: 'creates a second user', send: ['POST', '/Users', lonesome], status: 201, saves: 'other' },
  { says: 'reads the user', send: ['GET', '/Users/<user>'], status: 200, answer: modestKept },
  {
    says: 'updates the profile by PUT: what is left out is gone',
    send: [
      'PUT',
      '/Users/<user>',
      { ...modest, id: '<user>', name: { givenName: 'Modest' }, locale: undefined, title: 'Tester' },
    ],
    status: 200,
    stored: [
      '/Users/<user>',
      {
        ...Object.fromEntries(Object.entries(modestKept).filter(([name]) => name !== 'locale')),
        name: { givenName: 'Modest' },
        title: 'Tester',
      },
    ],
  },
  {
    says: 'puts the profile back',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>' }],
    status: 200,
    stored: ['/Users/<user>', modestKept],
  },
]

const groups: readonly Step[] = [
  {
    says: 'pushes the group without members',
    send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'SOC-Analysts', members: [] }],
    status: 201,
    saves: 'group',
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts' }],
  },
  put('adds a member by PUT', 'SOC-Analysts', 'user'),
  put('adds another by PUT', 'SOC-Analysts', 'user', 'other'),
  put('sends the same again', 'SOC-Analysts', 'user', 'other'),
  put('renames and removes a member by PUT', 'SOC-Renamed', 'other'),
  put('empties the group by PUT', 'SOC-Renamed'),
  put('puts the member back by PUT', 'SOC-Renamed', 'user'),
  put('gives the group its name back by PUT', 'SOC-Analysts', 'user'),
]

const inGroup = { groups: [groupOf('group', 'SOC-Analysts')] }
const leaving: readonly Step[] = [
  {
    says: 'deactivates by PUT (app wizard)',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>', active: false }],
    status: 200,
    answer: { active: false },
    stored: ['/Users/<user>', { ...modestKept, ...inGroup, active: false }],
  },
  {
    says: 'updates the profile of the deactivated user without mentioning active',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>', active: undefined, displayName: 'Gone' }],
    status: 200,
    stored: ['/Users/<user>', { ...modestKept, ...inGroup, active: false, displayName: 'Gone' }],
  },
  {
    says: 'activates by PUT (app wizard)',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>', active: true }],
    status: 200,
    stored: ['/Users/<user>', { ...modestKept, ...inGroup }],
  },
  {
    says: 'deactivates again by PUT (app wizard)',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>', active: false }],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'assigns again: creates with the same externalId (app wizard)',
    send: ['POST', '/Users', modest],
    status: 201,
    answer: { id: '<user>', active: true },
    stored: ['/Users/<user>', { ...modestKept, ...inGroup }],
  },
  { says: 'stops pushing the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
  {
    says: 'deactivates for good by PUT (app wizard)',
    send: ['PUT', '/Users/<user>', { ...modest, id: '<user>', active: false }],
    status: 200,
    stored: ['/Users/<user>', { ...modestKept, active: false }],
  },
]

export const oktaWizard: readonly Step[] = [...connectionTest, ...users, ...groups, ...leaving]
