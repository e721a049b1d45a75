import { enterpriseUrn, filterOf, groupUrn, listUrn, userUrn } from '../support/service.ts'
import type { Step } from './dialogue.ts'

// After Microsoft's "Develop a SCIM endpoint" and "SCIM 2.0 protocol compliance" pages: shapes, order and capitals are theirs.
const patch = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
const nothing = { schemas: [listUrn], totalResults: 0, Resources: [] }
const objectId = '54a2b1c0d3e4f5061728394a5b6c7d8e'

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

const connectionTest: readonly Step[] = [
  {
    says: 'tests the connection with a user that cannot exist',
    send: ['GET', `/Users?${filterOf('userName eq "non-existent user"')}`],
    status: 200,
    answer: nothing,
  },
  { says: 'reads the schemas', send: ['GET', '/Schemas'], status: 200, answer: { totalResults: 4 } },
]

const joining: readonly Step[] = [
  {
    says: 'looks the user up',
    send: ['GET', `/Users?${filterOf('userName eq "Test_User_ab6490ee@acme.test"')}`],
    status: 200,
    answer: nothing,
  },
  {
    says: 'creates the user',
    send: ['POST', '/Users', create],
    status: 201,
    saves: 'user',
    answer: {
      active: true,
      userName: 'Test_User_ab6490ee@acme.test',
      [enterpriseUrn]: { department: 'SOC' },
    },
  },
  {
    says: 'finds the user by externalId',
    send: ['GET', `/Users?${filterOf('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')}`],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<user>' }] },
  },
  {
    says: 'finds the user by work e-mail',
    send: ['GET', `/Users?${filterOf('emails[type eq "work"].value eq "test_user_ab6490ee@acme.test"')}`],
    status: 200,
    answer: { totalResults: 1 },
  },
  {
    says: 'looks the group up',
    send: ['GET', `/Groups?excludedAttributes=members&${filterOf('displayName eq "SOC-Tier1"')}`],
    status: 200,
    answer: nothing,
  },
  {
    says: 'creates the group with its own schema and no members',
    send: [
      'POST',
      '/Groups',
      {
        schemas: [groupUrn, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
        displayName: 'SOC-Tier1',
        meta: { resourceType: 'Group' },
      },
    ],
    status: 201,
    saves: 'group',
    answer: { displayName: 'SOC-Tier1' },
  },
  {
    says: 'adds the member with a null reference',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
  },
  {
    says: 'adds the member again',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Add', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
  },
  {
    says: 'reads the group without members',
    send: ['GET', '/Groups/<group>?excludedAttributes=members'],
    status: 200,
    answer: { id: '<group>', displayName: 'SOC-Tier1' },
  },
  {
    says: 'asks whether the member is in',
    send: [
      'GET',
      `/Groups?${filterOf('id eq "<group>" and members eq "<user>"').replace(/%3C/g, '<').replace(/%3E/g, '>')}`,
    ],
    status: 200,
    answer: { totalResults: 1 },
  },
]

const changing: readonly Step[] = [
  {
    says: 'changes attributes without its compliance flag',
    send: [
      'PATCH',
      '/Users/<user>',
      patch(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@acme.test' },
        { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
        { op: 'Add', path: `${enterpriseUrn}:manager`, value: 'a-manager' },
      ),
    ],
    status: 200,
    answer: {
      name: { familyName: 'updatedFamilyName' },
      emails: [{ value: 'updated@acme.test', type: 'work', primary: true }],
      [enterpriseUrn]: { manager: { value: 'a-manager' } },
    },
  },
  {
    says: 'changes attributes with its compliance flag',
    send: [
      'PATCH',
      '/Users/<user>',
      patch({
        op: 'replace',
        value: {
          displayName: 'Renamed',
          'name.givenName': 'Ab',
          [`${enterpriseUrn}:department`]: 'Audit',
          [`${enterpriseUrn}:manager`]: '',
        },
      }),
    ],
    status: 200,
    answer: { displayName: 'Renamed', name: { givenName: 'Ab' }, [enterpriseUrn]: { department: 'Audit' } },
  },
  {
    says: 'renames the group',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'Replace', path: 'displayName', value: 'SOC-Tier-One' })],
    status: 204,
  },
  {
    says: 'removes the member by value',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '<user>' }] }),
    ],
    status: 204,
  },
  {
    says: 'adds the member with its compliance flag',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'add', path: 'members', value: [{ value: '<user>' }] })],
    status: 204,
  },
  {
    says: 'removes the member with its compliance flag',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'remove', path: 'members[value eq "<user>"]' })],
    status: 204,
  },
  {
    says: 'adds the member once more',
    send: ['PATCH', '/Groups/<group>', patch({ op: 'Add', path: 'members', value: [{ value: '<user>' }] })],
    status: 204,
  },
]

const leaving: readonly Step[] = [
  {
    says: 'disables the user',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: 'active', value: 'False' })],
    status: 200,
    answer: { active: false },
  },
  {
    says: 'enables the user again',
    send: ['PATCH', '/Users/<user>', patch({ op: 'Replace', path: 'active', value: 'True' })],
    status: 200,
    answer: { active: true },
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
    answer: { active: false, userName: 'Test_User_ab6490ee@acme.test' },
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
    answer: { active: true, userName: 'Test_User_ab6490ee@acme.test' },
  },
  { says: 'hard-deletes the user', send: ['DELETE', '/Users/<user>'], status: 204 },
  { says: 'sees that the user is gone', send: ['GET', '/Users/<user>'], status: 404 },
  {
    says: 'creates the returning user',
    send: ['POST', '/Users', create],
    status: 201,
    answer: { id: '<user>', active: true },
  },
  { says: 'deletes the group', send: ['DELETE', '/Groups/<group>'], status: 204 },
  { says: 'sees that the group is gone', send: ['GET', '/Groups/<group>'], status: 404 },
]

export const entra: readonly Step[] = [...connectionTest, ...joining, ...changing, ...leaving]
