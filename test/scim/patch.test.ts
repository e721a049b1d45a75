import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import type { Attributes, AttributeValue } from '../../lib/core/member.ts'
import { record } from '../../lib/scim/body.ts'
import { applyOperations } from '../../lib/scim/patch/apply.ts'
import { compileMembership, isMembership } from '../../lib/scim/patch/membership.ts'
import { parsePatch } from '../../lib/scim/patch/message.ts'
import { parsePatchPath, printPatchPath } from '../../lib/scim/patch/path.ts'
import type { Quirk } from '../../lib/scim/quirks.ts'
import { groupSchema, userSchema } from '../../lib/scim/schema.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const custom = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User'
const message = (operations: readonly object[]): Attributes =>
  record({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: operations as AttributeValue,
  })

const ada: Attributes = {
  userName: 'ada@example.test',
  active: true,
  name: { givenName: 'Ada', familyName: 'Byron' },
  emails: [
    { value: 'ada@example.test', type: 'work', primary: true },
    { value: 'ada@home.test', type: 'home' },
  ],
  [enterprise]: { department: 'Engines', manager: { value: 'm-1' } },
}

const patched = (
  ...operations: readonly object[]
): { readonly user: Attributes; readonly quirks: readonly Quirk[] } => {
  const quirks: Quirk[] = []
  const note = (quirk: Quirk): void => void quirks.push(quirk)
  const user = applyOperations(ada, parsePatch(userSchema, message(operations), note), note)
  return { user, quirks }
}
const refusal = (run: () => unknown): string => {
  try {
    run()
    return 'accepted'
  } catch (error) {
    return isConnectorError(error) ? error.code : `a foreign exception: ${error}`
  }
}

describe('a PATCH of a user', () => {
  it.each<[string, object, Attributes]>([
    ['sets a value', { op: 'add', path: 'title', value: 'Countess' }, { title: 'Countess' }],
    [
      'takes the core URN before a path',
      {
        op: 'replace',
        path: 'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName',
        value: 'Lovelace',
      },
      { name: { givenName: 'Ada', familyName: 'Lovelace' } },
    ],
    [
      'keeps sub-attributes it does not name',
      { op: 'replace', path: 'name', value: { familyName: 'Lovelace' } },
      { name: { givenName: 'Ada', familyName: 'Lovelace' } },
    ],
    [
      'finds names in any case',
      { op: 'replace', path: 'NAME.FAMILYNAME', value: 'Lovelace' },
      { name: { givenName: 'Ada', familyName: 'Lovelace' } },
    ],
    [
      'reaches into an extension',
      { op: 'replace', path: `${enterprise}:department`, value: 'Poetry' },
      { [enterprise]: { department: 'Poetry', manager: { value: 'm-1' } } },
    ],
    [
      'reaches a sub-attribute of an extension',
      { op: 'replace', path: `${enterprise}:manager.value`, value: 'm-2' },
      { [enterprise]: { department: 'Engines', manager: { value: 'm-2' } } },
    ],
    [
      'changes a whole extension',
      { op: 'replace', path: enterprise, value: { department: 'Poetry' } },
      { [enterprise]: { department: 'Poetry', manager: { value: 'm-1' } } },
    ],
    [
      'keeps an extension nobody here knows',
      { op: 'add', path: `${custom}:badge`, value: 'B7' },
      { [custom]: { badge: 'B7' } },
    ],
    [
      'adds to a list',
      { op: 'add', path: 'emails', value: [{ value: 'x@y.test', type: 'other' }] },
      { emails: [...(ada.emails as []), { value: 'x@y.test', type: 'other' }] },
    ],
    [
      'does not double what is there',
      { op: 'add', path: 'emails', value: [{ value: 'ADA@home.test', type: 'home' }] },
      {
        emails: [
          { value: 'ada@example.test', type: 'work', primary: true },
          { value: 'ADA@home.test', type: 'home' },
        ],
      },
    ],
    [
      'replaces a list',
      { op: 'replace', path: 'emails', value: [{ value: 'x@y.test' }] },
      { emails: [{ value: 'x@y.test' }] },
    ],
    [
      'changes chosen elements only',
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'new@home.test' },
      {
        emails: [
          { value: 'ada@example.test', type: 'work', primary: true },
          { value: 'new@home.test', type: 'home' },
        ],
      },
    ],
    [
      'takes primary from the others',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
      {
        emails: [
          { value: 'ada@example.test', type: 'work', primary: false },
          { value: 'ada@home.test', type: 'home', primary: true },
        ],
      },
    ],
    [
      'creates an element described by its filter',
      { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1' },
      { phoneNumbers: [{ type: 'mobile', value: '+1' }] },
    ],
    ['ignores a password', { op: 'replace', path: 'password', value: 'secret' }, {}],
    [
      'ignores unknown attributes in a value',
      { op: 'replace', value: { favouriteColour: 'blue', title: 'Dr' } },
      { title: 'Dr' },
    ],
    [
      'ignores what says which resource is meant',
      {
        op: 'replace',
        value: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'x', title: 'Dr' },
      },
      { title: 'Dr' },
    ],
  ])('%s', (_, operation, changes) => {
    expect(patched(operation).user).toEqual({ ...ada, ...changes })
  })

  it.each<[string, object, readonly string[]]>([
    ['an attribute', { op: 'remove', path: 'name' }, ['name']],
    ['active', { op: 'remove', path: 'active' }, ['active']],
    ['an extension', { op: 'remove', path: enterprise }, [enterprise]],
    ['an attribute by null', { op: 'replace', path: 'name', value: null }, ['name']],
    ['a list by an empty list', { op: 'replace', path: 'emails', value: [] }, ['emails']],
  ])('removes %s', (_, operation, gone) => {
    expect(Object.keys(patched(operation).user)).toEqual(
      Object.keys(ada).filter((name) => !gone.includes(name)),
    )
  })

  it('removes chosen elements, by filter and by value', () => {
    const home = [{ value: 'ada@home.test', type: 'home' }]
    expect(patched({ op: 'remove', path: 'emails[type eq "work"]' }).user.emails).toEqual(home)
    expect(
      patched({ op: 'Remove', path: 'emails', value: [{ value: 'ada@example.test' }] }).user.emails,
    ).toEqual(home)
  })

  it.each<[string, object, string]>([
    ['an unknown operation', { op: 'move', path: 'title', value: 'x' }, 'invalidSyntax'],
    ['a path that names nothing', { op: 'replace', path: 'favouriteColour', value: 'x' }, 'invalidPath'],
    ['a path that is none', { op: 'replace', path: 'emails[type eq "work"', value: 'x' }, 'invalidPath'],
    [
      'more than a sub-attribute behind the brackets',
      { op: 'replace', path: 'emails[type eq "work"].value display', value: 'x' },
      'invalidPath',
    ],
    ['a broken filter', { op: 'replace', path: 'emails[type is "work"].value', value: 'x' }, 'invalidFilter'],
    ['a filter on a single value', { op: 'replace', path: 'title[value eq "x"]', value: 'x' }, 'invalidPath'],
    ['removal without path', { op: 'remove' }, 'noTarget'],
    [
      'replacement of nothing that matches',
      { op: 'replace', path: 'emails[type eq "fax"].value', value: 'x' },
      'noTarget',
    ],
    ['removal of nothing that matches', { op: 'remove', path: 'emails[type eq "fax"]' }, 'noTarget'],
    ['removal of userName', { op: 'remove', path: 'userName' }, 'mutability'],
    ['a write to id', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['a write to groups', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'mutability'],
    ['a text that is no boolean', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    ['an object for a text', { op: 'replace', path: 'title', value: { x: 1 } }, 'invalidValue'],
    [
      'two primaries at once',
      {
        op: 'replace',
        path: 'emails',
        value: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['add without value', { op: 'add', path: 'title' }, 'invalidValue'],
  ])('refuses %s', (_, operation, code) => {
    expect(refusal(() => patched(operation))).toBe(code)
  })

  it('reads Entra ID without its compliance flag', () => {
    const { user, quirks } = patched(
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: `${enterprise}:manager`, value: 'm-9' },
      { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+33' },
    )
    expect(user).toEqual({
      ...ada,
      active: false,
      phoneNumbers: [{ type: 'work', value: '+33' }],
      [enterprise]: { department: 'Engines', manager: { value: 'm-9' } },
    })
    expect(new Set(quirks)).toEqual(
      new Set(['capitalisedOperation', 'textBoolean', 'textForComplex', 'createdByFilter']),
    )
  })

  it('reads Entra ID with its compliance flag: one replace, whose names are paths', () => {
    const { user, quirks } = patched({
      op: 'replace',
      value: {
        displayName: 'Ada L.',
        'name.familyName': 'Lovelace',
        'emails[type eq "work"].value': 'ada@new.test',
        'addresses[type eq "work"].locality': 'London',
        [`${enterprise}:department`]: 'Poetry',
        [`${enterprise}:manager`]: '',
      },
    })
    expect(user).toEqual({
      ...ada,
      displayName: 'Ada L.',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [
        { value: 'ada@new.test', type: 'work', primary: true },
        { value: 'ada@home.test', type: 'home' },
      ],
      addresses: [{ type: 'work', locality: 'London' }],
      [enterprise]: { department: 'Poetry' },
    })
    expect(quirks).toContain('pathInName')
  })

  it('repeated, changes nothing more', () => {
    const operations = [
      { op: 'add', path: 'emails', value: [{ value: 'n@n.test', type: 'other', primary: true }] },
      { op: 'replace', path: 'name.familyName', value: 'Lovelace' },
      { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '+33' },
    ]
    expect(patched(...operations, ...operations).user).toEqual(patched(...operations).user)
  })
})

describe('a PATCH of members', () => {
  const compiled = (...operations: readonly object[]) =>
    compileMembership(parsePatch(groupSchema, message(operations), () => {}).filter(isMembership), () => {})

  it.each<[string, readonly object[], object | undefined]>([
    [
      'additions',
      [{ op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b', $ref: null }] }],
      { kind: 'delta', add: ['a', 'b'], remove: [] },
    ],
    [
      'additions without path',
      [{ op: 'add', value: { members: [{ value: 'a' }] } }],
      { kind: 'delta', add: ['a'], remove: [] },
    ],
    [
      'a removal by filter',
      [{ op: 'remove', path: 'members[value eq "a"]' }],
      { kind: 'delta', add: [], remove: ['a'] },
    ],
    [
      'a removal by a filter of several',
      [{ op: 'remove', path: 'members[value eq "a" or value eq "b"]' }],
      { kind: 'delta', add: [], remove: ['a', 'b'] },
    ],
    [
      'a removal by value',
      [{ op: 'Remove', path: 'members', value: [{ value: 'a' }] }],
      { kind: 'delta', add: [], remove: ['a'] },
    ],
    ['a removal of all', [{ op: 'remove', path: 'members' }], { kind: 'replace', members: [] }],
    [
      'a replacement by nobody',
      [{ op: 'replace', path: 'members', value: [] }],
      { kind: 'replace', members: [] },
    ],
    ['a removal of nobody', [{ op: 'remove', path: 'members', value: [] }], undefined],
    [
      'a replacement',
      [{ op: 'replace', path: 'members', value: [{ value: 'a' }] }],
      { kind: 'replace', members: ['a'] },
    ],
    [
      'removal before addition',
      [
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'add', path: 'members', value: [{ value: 'b' }] },
      ],
      { kind: 'delta', add: ['b'], remove: ['a'] },
    ],
    [
      'the last word about one member',
      [
        { op: 'add', path: 'members', value: [{ value: 'a' }] },
        { op: 'remove', path: 'members[value eq "a"]' },
      ],
      { kind: 'delta', add: [], remove: ['a'] },
    ],
    [
      'a replacement with a correction',
      [
        { op: 'replace', path: 'members', value: [{ value: 'a' }, { value: 'b' }] },
        { op: 'remove', path: 'members[value eq "a"]' },
      ],
      { kind: 'replace', members: ['b'] },
    ],
    ['nothing', [{ op: 'replace', path: 'displayName', value: 'x' }], undefined],
  ])('compiles %s', (_, operations, delta) => {
    expect(compiled(...operations)).toEqual(delta)
  })

  it('never lets a member id become part of an expression', () => {
    const evil = 'x" or value pr or value eq "y'
    expect(compiled({ op: 'remove', path: 'members', value: [{ value: evil }] })).toEqual({
      kind: 'delta',
      add: [],
      remove: [evil],
    })
  })

  it.each<[string, object, string]>([
    ['a filter on anything but the id', { op: 'remove', path: 'members[display eq "Ada"]' }, 'invalidFilter'],
    [
      'a membership that is changed',
      { op: 'replace', path: 'members[value eq "a"].display', value: 'x' },
      'mutability',
    ],
    ['null as replacement', { op: 'replace', path: 'members', value: null }, 'invalidValue'],
    ['null without path', { op: 'replace', value: { members: null } }, 'invalidValue'],
    ['null as addition', { op: 'add', path: 'members', value: null }, 'invalidValue'],
    ['null as addition without path', { op: 'add', value: { members: null } }, 'invalidValue'],
    ['null as removal', { op: 'Remove', path: 'members', value: null }, 'invalidValue'],
    ['a member without id', { op: 'add', path: 'members', value: [{ display: 'Ada' }] }, 'invalidValue'],
    [
      'a deletion in the form of SCIM 1.1',
      { op: 'add', path: 'members', value: [{ value: 'a', operation: 'delete' }] },
      'invalidValue',
    ],
  ])('refuses %s', (_, operation, code) => {
    expect(refusal(() => compiled(operation))).toBe(code)
  })
})

describe('every path', () => {
  const name = fc.constantFrom(
    'userName',
    'name.givenName',
    'emails',
    'emails.value',
    'meta.created',
    `${enterprise}:manager.value`,
    `${enterprise}:department`,
    enterprise,
    custom,
    `${custom}:badge`,
  )
  const element = fc
    .tuple(
      fc.constantFrom('emails', 'addresses', 'roles'),
      fc.string(),
      fc.constantFrom('', '.type', '.primary'),
    )
    .map(([list, value, sub]) => `${list}[type eq ${JSON.stringify(value)}]${sub}`)

  it('names the same after it was printed and read again', () => {
    fc.assert(
      fc.property(fc.oneof(name, element), (text) => {
        const path = parsePatchPath(userSchema, text)
        expect(parsePatchPath(userSchema, printPatchPath(path))).toEqual(path)
      }),
    )
  })

  it('however broken, is read or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['accepted', 'invalidPath', 'invalidFilter']).toContain(
          refusal(() => parsePatchPath(userSchema, text)),
        )
      }),
      { numRuns: 2_000 },
    )
  })
})
