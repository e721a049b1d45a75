// What identity providers send, as a starting point for what they do not.
import type { Attributes } from '../../../lib/core/member.ts'

const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const acme = 'urn:acme:params:scim:2.0:User'
const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export const filters: readonly string[] = [
  'userName eq "ada@example.test"',
  'externalId eq "a-1" and active eq true',
  'emails[type eq "work"].value eq "ada@example.test"',
  'emails[type eq "work" and (value co "@example" or not (primary eq true))]',
  'not (title pr) or meta.lastModified ge "2026-01-01T00:00:00Z"',
  `${enterprise}:manager.value eq "m-1"`,
  `${acme}:office.city sw "Lon" or ${acme}:cards[kind eq "door" and nr gt 3]`,
  '((userName sw "a" and name.familyName ne null) or nickName lt "\\u00e9\\"")',
  'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"',
]

export const paths: readonly string[] = [
  'active',
  'name.familyName',
  'emails[type eq "work"].value',
  'emails[type eq "work" and value ew "example.test"]',
  'roles[primary eq "True"].value',
  'members[value eq "a"]',
  'members',
  enterprise,
  `${enterprise}:manager`,
  `${userUrn}:name.givenName`,
  `${acme}:badge`,
  `${acme}:office.city`,
  `${acme}:cards[kind eq "door"].nr`,
]

export const resources: readonly object[] = [
  {
    schemas: [userUrn, enterprise, acme],
    userName: 'ada@example.test',
    externalId: 'a-1',
    active: 'True',
    name: { givenName: 'Ada', familyName: 'Byron' },
    emails: [
      { value: 'ada@example.test', type: 'work', primary: true },
      { value: 'ada@home.test', type: 'home' },
    ],
    phoneNumbers: [{ type: 'work', value: '' }],
    roles: [{ primary: 'True', value: 'admin', type: 'WindowsAzureActiveDirectoryRole' }],
    x509Certificates: [{ value: 'AAAA' }],
    [enterprise]: { department: 'Engines', manager: 'm-1' },
    [acme]: { badge: 'B7', office: { city: 'London' }, cards: [{ kind: 'door', nr: 4 }] },
  },
  {
    schemas: [groupUrn],
    displayName: 'Team',
    externalId: 'g-1',
    members: [{ value: 'a', $ref: null }, { value: 'b' }],
  },
]

/** Stored Users. */
export const examples: readonly Attributes[] = [
  { userName: 'ada@example.test' },
  {
    userName: 'ada@example.test',
    externalId: 'a-1',
    active: true,
    name: { givenName: 'Ada', familyName: 'Byron' },
    emails: [
      { value: 'ada@example.test', type: 'work', primary: true },
      { value: 'ada@home.test', type: 'home' },
    ],
    addresses: [{ type: 'work', locality: 'London' }],
    [enterprise]: { department: 'Engines', manager: { value: 'm-1' } },
    [acme]: { badge: 'B7', office: { city: 'London' }, cards: [{ kind: 'door', nr: 4 }], tags: ['a'] },
  },
]

const patch = (...Operations: readonly object[]): object => ({ schemas: [patchUrn], Operations })

export const userPatches: readonly object[] = [
  patch({ op: 'Replace', path: 'active', value: 'False' }),
  patch({
    op: 'replace',
    value: { active: false, 'name.familyName': 'L', [`${enterprise}:department`]: 'Poetry' },
  }),
  patch(
    { op: 'Add', path: 'emails[type eq "work"].value', value: 'n@n.test' },
    { op: 'remove', path: 'emails[not (primary eq true)]' },
    { op: 'add', path: 'emails', value: [{ value: 'x@y.test', primary: true }] },
  ),
  patch(
    { op: 'replace', path: `${enterprise}:manager`, value: { value: '' } },
    { op: 'add', path: enterprise, value: { costCenter: 7 } },
    { op: 'remove', path: acme },
  ),
  patch(
    { op: 'add', path: `${acme}:tags`, value: ['b'] },
    { op: 'replace', path: `${acme}:office.city`, value: 'Paris' },
    { op: 'add', path: `${acme}:cards[kind eq "car"].nr`, value: 5 },
    { op: 'remove', path: `${acme}:cards[nr gt 4]` },
  ),
]

export const groupPatches: readonly object[] = [
  patch(
    { op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] },
    { op: 'Remove', path: 'members', value: [{ value: 'b' }] },
  ),
  patch(
    { op: 'remove', path: 'members[value eq "a" or value eq "b"]' },
    { op: 'replace', value: { id: 'g', displayName: 'New' } },
  ),
  patch({ op: 'replace', path: 'members', value: [] }, { op: 'replace', path: 'externalId', value: 'g-2' }),
]
