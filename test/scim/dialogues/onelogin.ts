import { enterpriseUrn, groupUrn, listUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After OneLogin's SCIM guide: it asks for application/json and reads nothing else.
export const oneLoginHeaders = { accept: 'application/json', 'content-type': 'application/json' }

// Its JSON template is filled in by the administrator; numbers and a department come out as they are.
const account = {
  schemas: [userUrn, enterpriseUrn],
  userName: 'carly@acme.test',
  externalId: 29345678,
  name: { givenName: 'Carly', familyName: 'Simon', formatted: 'Carly Simon' },
  emails: [{ value: 'carly@acme.test', type: 'work', primary: true }],
  phoneNumbers: [{ value: '', type: 'work' }],
  title: '',
  active: true,
  [enterpriseUrn]: { employeeNumber: 4711, department: 'SOC', manager: { value: '' } },
}
const kept = {
  userName: 'carly@acme.test',
  externalId: '29345678',
  name: { givenName: 'Carly', familyName: 'Simon', formatted: 'Carly Simon' },
  emails: [{ value: 'carly@acme.test', type: 'work', primary: true }],
  active: true,
  [enterpriseUrn]: { employeeNumber: '4711', department: 'SOC' },
}

export const oneLogin: readonly Step[] = [
  {
    says: 'tests the connection with a userName it knows to be absent',
    send: ['GET', find('/Users', 'userName eq "0d0df0e7-nobody"')],
    status: 200,
    answer: { schemas: [listUrn], totalResults: 0, Resources: [] },
  },
  {
    says: 'looks the user up',
    send: ['GET', find('/Users', 'userName eq "carly@acme.test"')],
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
  { says: 'reads the user', send: ['GET', '/Users/<user>'], status: 200, answer: { id: '<user>' } },
  {
    says: 'updates the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>', title: 'Singer' }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, title: 'Singer' }],
  },
  {
    says: 'lists the groups for its rules',
    send: ['GET', '/Groups'],
    status: 200,
    answer: { schemas: [listUrn], totalResults: 0, Resources: [] },
  },
  {
    says: 'creates a group',
    send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'SOC-Analysts' }],
    status: 201,
    saves: 'group',
  },
  {
    says: 'lists the groups again',
    send: ['GET', '/Groups'],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<group>', displayName: 'SOC-Analysts' }] },
  },
  {
    says: 'adds the member',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'add', path: 'members', value: [{ value: '<user>' }] })],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
  },
  {
    says: 'sets all members',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'replace', path: 'members', value: [{ value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts', members: [memberOf('user')] }],
  },
  {
    says: 'suspends the user by PATCH',
    send: ['PATCH', '/Users/<user>', patch({ op: 'replace', path: 'active', value: false })],
    status: 200,
    stored: [
      '/Users/<user>',
      { ...kept, title: 'Singer', active: false, groups: [groupOf('group', 'SOC-Analysts')] },
    ],
  },
  {
    says: 'reactivates the user by PUT',
    send: ['PUT', '/Users/<user>', { ...account, id: '<user>' }],
    status: 200,
    stored: ['/Users/<user>', { ...kept, groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  {
    says: 'removes the member',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'remove', path: 'members[value eq "<user>"]' })],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Analysts' }],
  },
  { says: 'deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
  { says: 'sees that the user is gone', send: ['GET', '/Users/<user>'], status: 404 },
]
