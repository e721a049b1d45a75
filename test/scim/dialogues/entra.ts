import { expect } from 'vitest'
import { enterpriseUrn, groupUrn, listUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After Microsoft's "Develop a SCIM endpoint" and "SCIM 2.0 protocol compliance" pages: shapes, order and capitals are theirs.
export const nothing = { schemas: [listUrn], totalResults: 0, Resources: [] }
const objectId = '54a2b1c0d3e4f5061728394a5b6c7d8e'
const microsoftGroupUrn = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'

const create = {
  schemas: [userUrn, enterpriseUrn],
  externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
  userName: 'Test_User_ab6490ee@acme.test',
  active: true,
  displayName: 'Ab Sixtyfour',
  emails: [{ primary: true, type: 'work', value: 'test_user_ab6490ee@acme.test' }],
  meta: { resourceType: 'User' },
  name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
  roles: [],
  [enterpriseUrn]: { department: 'SOC', manager: { value: '' } },
}
const created = {
  externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
  userName: 'Test_User_ab6490ee@acme.test',
  active: true,
  displayName: 'Ab Sixtyfour',
  emails: [{ primary: true, type: 'work', value: 'test_user_ab6490ee@acme.test' }],
  name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
  [enterpriseUrn]: { department: 'SOC' },
}
export const group = (displayName: string, externalId: string): object => ({
  schemas: [groupUrn, microsoftGroupUrn],
  externalId,
  displayName,
  meta: { resourceType: 'Group' },
})
const tier1 = '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159'

export const connectionTest: readonly Step[] = [
  {
    says: 'tests the connection with a user that cannot exist',
    send: ['GET', find('/Users', 'userName eq "non-existent user"')],
    status: 200,
    answer: nothing,
  },
  {
    says: 'reads the schemas, in which every attribute it maps must be described',
    send: ['GET', '/Schemas'],
    status: 200,
    answer: {
      Resources: expect.arrayContaining(
        [userUrn, groupUrn, enterpriseUrn].map((id) => expect.objectContaining({ id })),
      ),
    },
  },
]

const joining: readonly Step[] = [
  {
    says: 'looks the user up',
    send: ['GET', find('/Users', 'userName eq "Test_User_ab6490ee@acme.test"')],
    status: 200,
    answer: nothing,
  },
  {
    says: 'creates the user',
    send: ['POST', '/Users', create],
    status: 201,
    saves: 'user',
    answer: created,
    stored: ['/Users/<user>', created],
  },
  {
    says: 'finds the user by externalId',
    send: ['GET', find('/Users', 'externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user>' }] },
  },
  {
    says: 'finds the user by work e-mail',
    send: ['GET', find('/Users', 'emails[type eq "work"].value eq "test_user_ab6490ee@acme.test"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user>' }] },
  },
  {
    says: 'looks the group up',
    send: ['GET', find('/Groups', 'displayName eq "SOC-Tier1"', '&excludedAttributes=members')],
    status: 200,
    answer: nothing,
  },
  {
    says: 'creates the group with its own schema and no members',
    send: ['POST', '/Groups', group('SOC-Tier1', tier1)],
    status: 201,
    saves: 'group',
    answer: { displayName: 'SOC-Tier1', schemas: [groupUrn] },
    stored: ['/Groups/<group>', { displayName: 'SOC-Tier1', externalId: tier1 }],
  },
  {
    says: 'adds the member with a null reference',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Users/<user>', { ...created, groups: [groupOf('group', 'SOC-Tier1')] }],
  },
  {
    says: 'adds the member again',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Tier1', externalId: tier1, members: [memberOf('user')] }],
  },
  {
    says: 'reads the group without members',
    send: ['GET', '/Groups/<group>?excludedAttributes=members'],
    status: 200,
    answer: { id: '<group>', displayName: 'SOC-Tier1' },
  },
  {
    says: 'asks whether the member is in',
    send: ['GET', find('/Groups', 'id eq "<group>" and members eq "<user>"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<group>' }] },
  },
]

const changed = {
  ...created,
  name: { formatted: 'givenName familyName', familyName: 'updatedFamilyName', givenName: 'givenName' },
  emails: [{ value: 'updated@acme.test', type: 'work', primary: true }],
  groups: [groupOf('group', 'SOC-Tier1')],
}
const managedBy = (value: string): object => ({
  ...changed,
  [enterpriseUrn]: { department: 'SOC', manager: { value } },
})
const manager = `${enterpriseUrn}:manager`
const role = (value: string, primary: boolean): object => ({
  primary,
  type: 'WindowsAzureActiveDirectoryRole',
  display: value,
  value,
})

const changing: readonly Step[] = [
  {
    says: 'changes attributes, and sets the manager as a bare id',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@acme.test' },
        { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
        { op: 'Add', path: manager, value: 'a-manager' },
      ),
    ],
    status: 200,
    stored: ['/Users/<user>', managedBy('a-manager')],
  },
  {
    says: 'changes the manager as a list of one reference',
    send: [
      'PATCH',
      '/Users/<user>',
      patch({ op: 'Replace', path: manager, value: [{ $ref: null, value: 'b-manager' }] }),
    ],
    status: 200,
    stored: ['/Users/<user>', managedBy('b-manager')],
  },
  {
    says: 'changes the manager as an object',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: manager, value: { value: 'c-manager' } })],
    status: 200,
    stored: ['/Users/<user>', managedBy('c-manager')],
  },
  {
    says: 'clears the manager by an empty text',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: manager, value: '' })],
    status: 200,
    stored: ['/Users/<user>', changed],
  },
  {
    says: 'sets the manager again',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Add', path: manager, value: 'd-manager' })],
    status: 200,
    stored: ['/Users/<user>', managedBy('d-manager')],
  },
  {
    says: 'clears the manager by an object with an empty value',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: manager, value: { value: '' } })],
    status: 200,
    stored: ['/Users/<user>', changed],
  },
  {
    says: 'sets the manager once more',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Add', path: manager, value: 'e-manager' })],
    status: 200,
    stored: ['/Users/<user>', managedBy('e-manager')],
  },
  {
    says: 'removes the manager',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Remove', path: manager })],
    status: 200,
    stored: ['/Users/<user>', changed],
  },
  {
    says: 'adds roles with primary as text and a type of its own',
    send: [
      'PATCH',
      '/Users/<user>',
      patch({
        op: 'Add',
        path: 'roles',
        value: [
          { ...role('Approver', true), primary: 'True' },
          { ...role('Reader', false), primary: 'False' },
        ],
      }),
    ],
    status: 200,
    stored: ['/Users/<user>', { ...changed, roles: [role('Approver', true), role('Reader', false)] }],
  },
  {
    says: 'changes the primary role through a filter with a boolean as text',
    send: [
      'PATCH',
      '/Users/<user>',
      patch({ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'Owner' }),
    ],
    status: 200,
    stored: [
      '/Users/<user>',
      { ...changed, roles: [{ ...role('Approver', true), value: 'Owner' }, role('Reader', false)] },
    ],
  },
  {
    says: 'removes the roles',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Remove', path: 'roles' })],
    status: 200,
    stored: ['/Users/<user>', changed],
  },
  {
    says: 'fills in what was not there, each with its filter',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Add', path: 'title', value: 'Analyst' },
        { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Paris' },
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'FR' },
        { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+33 6 00' },
        { op: 'Add', path: `${enterpriseUrn}:employeeNumber`, value: 701984 },
      ),
    ],
    status: 200,
    stored: [
      '/Users/<user>',
      {
        ...changed,
        title: 'Analyst',
        addresses: [{ type: 'work', locality: 'Paris', country: 'FR' }],
        phoneNumbers: [{ type: 'mobile', value: '+33 6 00' }],
        [enterpriseUrn]: { department: 'SOC', employeeNumber: '701984' },
      },
    ],
  },
  {
    says: 'clears them by null, empty text and removal',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Replace', path: 'title', value: null },
        { op: 'Remove', path: 'addresses[type eq "work"]' },
        { op: 'Remove', path: 'phoneNumbers[type eq "mobile"]' },
        { op: 'Replace', path: `${enterpriseUrn}:employeeNumber`, value: '' },
      ),
    ],
    status: 200,
    stored: ['/Users/<user>', changed],
  },
  {
    says: 'renames the group',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'Replace', path: 'displayName', value: 'SOC-Tier-One' })],
    status: 204,
    stored: [
      '/Groups/<group>',
      { displayName: 'SOC-Tier-One', externalId: tier1, members: [memberOf('user')] },
    ],
  },
  {
    says: 'removes the member by value',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
    stored: ['/Groups/<group>', { displayName: 'SOC-Tier-One', externalId: tier1 }],
  },
  {
    says: 'adds the member once more',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'Add', path: 'members', value: [{ value: '<user>' }] })],
    status: 204,
    stored: ['/Users/<user>', { ...changed, groups: [groupOf('group', 'SOC-Tier-One')] }],
  },
]

const inGroup = { ...changed, groups: [groupOf('group', 'SOC-Tier-One')] }

const leaving: readonly Step[] = [
  {
    says: 'disables the user',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: 'active', value: 'False' })],
    status: 200,
    stored: ['/Users/<user>', { ...inGroup, active: false }],
  },
  {
    says: 'enables the user again',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: 'active', value: 'True' })],
    status: 200,
    stored: ['/Users/<user>', inGroup],
  },
  {
    says: 'soft-deletes the user under a renamed userName',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Replace', path: 'userName', value: `${objectId}Test_User_ab6490ee@acme.test` },
      ),
    ],
    status: 200,
    stored: ['/Users/<user>', { ...inGroup, active: false }],
  },
  {
    says: 'restores the user',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Replace', path: 'active', value: 'True' },
        { op: 'Replace', path: 'userName', value: 'Test_User_ab6490ee@acme.test' },
      ),
    ],
    status: 200,
    stored: ['/Users/<user>', inGroup],
  },
  { says: 'hard-deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
  { says: 'sees that the user is gone', send: ['GET', '/Users/<user>'], status: 404 },
  {
    says: 'creates the returning user',
    send: ['POST', '/Users', create],
    status: 201,
    answer: { id: '<user>' },
    // Gone with the deletion: a membership of an earlier life is none of the returning person.
    stored: ['/Users/<user>', created],
  },
  { says: 'deletes the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
  { says: 'sees that the group is gone', send: ['GET', '/Groups/<group>'], status: 404 },
  {
    says: 'restores the group: a new one with the same externalId, filled anew',
    send: ['POST', '/Groups', group('SOC-Tier1', tier1)],
    status: 201,
    saves: 'group',
    stored: ['/Groups/<group>', { displayName: 'SOC-Tier1', externalId: tier1 }],
  },
  { says: 'deletes the restored group', send: ['DELETE', '/Groups/<group>'], status: 204 },
]

/** Without `aadOptscim062020`, as tenants have it until they set the flag. */
export const entra: readonly Step[] = [...connectionTest, ...joining, ...changing, ...leaving]
