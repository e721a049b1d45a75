import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import type { Attributes, AttributeValue } from '../../lib/core/member.ts'
import { record } from '../../lib/scim/body.ts'
import { keepImmutable } from '../../lib/scim/immutable.ts'
import { applyOperations } from '../../lib/scim/patch/apply.ts'
import { parsePatch } from '../../lib/scim/patch/message.ts'
import type { Quirk } from '../../lib/scim/quirks.ts'
import { compileSchema, userSchema } from '../../lib/scim/schema.ts'
import { customUrn, moreUrn, thingSchema, thingUrn } from './language/thing.ts'

const acme = 'urn:acme:params:scim:2.0:User'
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const message = (operations: readonly object[]): Attributes =>
  record({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: operations as AttributeValue,
  })
const quirks: Quirk[] = []
const note = (quirk: Quirk): void => void quirks.push(quirk)

const patch =
  (schema: typeof userSchema, resource: Attributes) =>
  (...operations: readonly object[]): Attributes =>
    applyOperations(resource, parsePatch(schema, message(operations), note), note)
const refusal = (run: () => unknown): string => {
  try {
    run()
    return 'accepted'
  } catch (error) {
    return isConnectorError(error) ? error.code : `a foreign exception: ${error}`
  }
}

const ada: Attributes = {
  userName: 'ada@example.test',
  active: true,
  name: { givenName: 'Ada', familyName: 'Byron' },
  emails: [
    { value: 'ada@example.test', type: 'work', primary: true },
    { value: 'ada@home.test', type: 'home' },
  ],
  addresses: [{ type: 'work', locality: 'London' }],
  [enterprise]: { department: 'Engines', manager: { value: 'm-1', $ref: 'https://x.test/Users/m-1' } },
  [acme]: {
    badge: 'B7',
    Office: { city: 'London', floor: 3 },
    cards: [{ kind: 'door', nr: 1 }],
    tags: ['a'],
  },
}
const patched = patch(userSchema, ada)

describe('a PATCH of attributes nobody declared', () => {
  const custom = (...operations: readonly object[]): unknown => patched(...operations)[acme]
  const before = ada[acme] as Attributes

  it.each<[string, object, Attributes]>([
    ['adds', { op: 'add', path: `${acme}:level`, value: 7 }, { level: 7 }],
    ['replaces', { op: 'replace', path: `${acme}:badge`, value: 'C9' }, { badge: 'C9' }],
    [
      'replaces, whatever the case of its names',
      { op: 'replace', path: `${acme.toUpperCase()}:BADGE`, value: 'C9' },
      { badge: 'C9' },
    ],
    [
      'replaces a part',
      { op: 'replace', path: `${acme}:office.city`, value: 'Paris' },
      { Office: { city: 'Paris', floor: 3 } },
    ],
    [
      'completes an object',
      { op: 'replace', path: `${acme}:office`, value: { city: 'Paris' } },
      { Office: { city: 'Paris', floor: 3 } },
    ],
    [
      'clears a part by null',
      { op: 'replace', path: `${acme}:office`, value: { city: null } },
      { Office: { floor: 3 } },
    ],
    ['removes a part', { op: 'remove', path: `${acme}:office.city` }, { Office: { floor: 3 } }],
    [
      'creates an object for a part',
      { op: 'add', path: `${acme}:car.plate`, value: 'X1' },
      { car: { plate: 'X1' } },
    ],
    ['adds to a list', { op: 'add', path: `${acme}:tags`, value: ['a', 'b'] }, { tags: ['a', 'b'] }],
    ['adds one value to a list', { op: 'add', path: `${acme}:tags`, value: 'b' }, { tags: ['a', 'b'] }],
    ['replaces a list', { op: 'replace', path: `${acme}:tags`, value: ['z'] }, { tags: ['z'] }],
    [
      'changes chosen elements',
      { op: 'replace', path: `${acme}:cards[kind eq "DOOR"].nr`, value: 2 },
      { cards: [{ kind: 'door', nr: 2 }] },
    ],
    [
      'creates an element',
      { op: 'add', path: `${acme}:cards[kind eq "car"].nr`, value: 5 },
      {
        cards: [
          { kind: 'door', nr: 1 },
          { kind: 'car', nr: 5 },
        ],
      },
    ],
    [
      'changes a whole extension',
      { op: 'replace', path: acme, value: { badge: 'C9', level: 7 } },
      { badge: 'C9', level: 7 },
    ],
    ['changes without a path', { op: 'replace', value: { [acme]: { badge: 'C9' } } }, { badge: 'C9' }],
    ['changes by a path as a name', { op: 'replace', value: { [`${acme}:badge`]: 'C9' } }, { badge: 'C9' }],
  ])('%s', (_, operation, changes) => {
    expect(custom(operation)).toEqual({ ...before, ...changes })
  })

  it.each<[string, object, readonly string[]]>([
    ['an attribute', { op: 'remove', path: `${acme}:badge` }, ['badge']],
    ['an attribute by null', { op: 'replace', path: `${acme}:badge`, value: null }, ['badge']],
    ['an attribute by an empty text', { op: 'replace', path: `${acme}:badge`, value: '' }, ['badge']],
    [
      'an attribute by null in its extension',
      { op: 'replace', path: acme, value: { badge: null } },
      ['badge'],
    ],
    ['the last element', { op: 'remove', path: `${acme}:cards[nr eq 1]` }, ['cards']],
  ])('removes %s', (_, operation, gone) => {
    expect(custom(operation)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name))),
    )
  })

  it('removes a whole extension, by path and by null', () => {
    for (const operation of [
      { op: 'remove', path: acme },
      { op: 'replace', path: acme, value: null },
    ])
      expect(Object.keys(patched(operation))).toEqual(Object.keys(ada).filter((name) => name !== acme))
  })

  it('takes an object under a URN without version for an extension, as a POST does', () => {
    const urn = 'urn:acme:people'
    expect(patched({ op: 'add', value: { [urn]: { shoe: 38 } } })[urn]).toEqual({ shoe: 38 })
  })

  it.each<[string, object, string]>([
    ['a part of what is no object', { op: 'add', path: `${acme}:badge.nr`, value: 1 }, 'invalidPath'],
    [
      'an element that is not there',
      { op: 'replace', path: `${acme}:cards[kind eq "x"].nr`, value: 1 },
      'noTarget',
    ],
    ['the name of every object', { op: 'add', path: `${acme}:constructor`, value: 1 }, 'invalidPath'],
    ['a path below a part', { op: 'add', path: `${acme}:a.b.c`, value: 1 }, 'invalidPath'],
    [
      'an attribute of another type of resource',
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName', value: 'x' },
      'invalidPath',
    ],
    ['a text that is no Unicode', { op: 'add', path: `${acme}:badge`, value: '\ud800' }, 'invalidValue'],
    ['one name in two cases', { op: 'add', path: `${acme}:office`, value: { a: 1, A: 2 } }, 'invalidValue'],
  ])('refuses %s', (_, operation, code) => {
    expect(refusal(() => patched(operation))).toBe(code)
  })
})

describe('a PATCH of complex attributes', () => {
  it.each<[string, object, Attributes]>([
    [
      'clears what is given as null',
      { op: 'replace', path: 'name', value: { givenName: null } },
      { name: { familyName: 'Byron' } },
    ],
    [
      'clears what is given as an empty text',
      { op: 'replace', path: 'name', value: { givenName: '', familyName: 'X' } },
      { name: { familyName: 'X' } },
    ],
    ['adds nothing by nothing', { op: 'add', path: 'emails', value: [] }, {}],
    ['changes nothing by an empty object', { op: 'replace', path: 'name', value: {} }, {}],
    [
      'adds an address once',
      { op: 'add', path: 'addresses', value: [{ locality: 'London', type: 'work' }] },
      {},
    ],
    [
      'replaces a chosen element whole',
      { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'x@y.test' } },
      { emails: [{ value: 'ada@example.test', type: 'work', primary: true }, { value: 'x@y.test' }] },
    ],
    [
      'completes a chosen element',
      { op: 'add', path: 'emails[type eq "home"]', value: { display: 'Home' } },
      {
        emails: [
          { value: 'ada@example.test', type: 'work', primary: true },
          { value: 'ada@home.test', type: 'home', display: 'Home' },
        ],
      },
    ],
    [
      'removes a part everywhere',
      { op: 'remove', path: 'emails.type' },
      { emails: [{ value: 'ada@example.test', primary: true }, { value: 'ada@home.test' }] },
    ],
    [
      'takes the schema as the path of the resource',
      { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User', value: { title: 'Countess' } },
      { title: 'Countess' },
    ],
    [
      'takes attributes below the schema',
      { op: 'replace', value: { 'urn:ietf:params:scim:schemas:core:2.0:User': { title: 'Countess' } } },
      { title: 'Countess' },
    ],
  ])('%s', (_, operation, changes) => {
    expect(patched(operation)).toEqual({ ...ada, ...changes })
  })

  it('chooses elements by not and or', () => {
    const path = (filter: string): object => ({ op: 'remove', path: `emails[${filter}]` })
    expect(patched(path('not (type eq "work" or value co "x")')).emails).toEqual([
      { value: 'ada@example.test', type: 'work', primary: true },
    ])
    expect(refusal(() => patched(path('not (type eq "home" or primary eq true)')))).toBe('noTarget')
  })

  it.each<[string, AttributeValue]>([
    ['a bare id', ''],
    ['null', null],
    ['an object without value', { value: '' }],
    ['an object with a null', { value: null }],
    ['an empty object', {}],
  ])('clears a manager by %s', (_, value) => {
    for (const operation of [
      { op: 'Replace', path: `${enterprise}:manager`, value },
      { op: 'replace', value: { [`${enterprise}:manager`]: value } },
      { op: 'replace', path: enterprise, value: { manager: value } },
    ])
      expect(patched(operation)[enterprise]).toEqual({ department: 'Engines' })
  })

  it('makes at most one value primary, in whatever way it is set', () => {
    const primaries = (user: Attributes): unknown[] =>
      (user.emails as readonly Attributes[]).filter((each) => each.primary === true).map((each) => each.value)
    const fresh = { value: 'n@n.test', primary: true }
    expect(primaries(patched({ op: 'add', path: 'emails', value: fresh }))).toEqual(['n@n.test'])
    expect(primaries(patched({ op: 'add', value: { emails: [fresh] } }))).toEqual(['n@n.test'])
    expect(
      primaries(patched({ op: 'add', path: 'emails[type eq "home"]', value: { primary: true } })),
    ).toEqual(['ada@home.test'])
    expect(primaries(patched({ op: 'add', path: 'emails[type eq "fax"].primary', value: 'True' }))).toEqual([
      undefined,
    ])
  })

  it('reads a role of Entra ID chosen by a quoted flag', () => {
    const operation = { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' }
    expect(patched(operation).roles).toEqual([{ primary: true, value: 'admin' }])
  })

  it('creates what its filter describes, and nothing that could not be', () => {
    const add = (filter: string): object => ({ op: 'add', path: `emails[${filter}].display`, value: 'x' })
    expect(patched(add('(type eq "fax" and primary eq false) and value eq "f"')).emails).toContainEqual({
      type: 'fax',
      primary: false,
      value: 'f',
      display: 'x',
    })
    for (const filter of [
      'type eq "a" and type eq "b"',
      'type eq "a" or type eq "b"',
      'type sw "a"',
      'type eq null',
    ])
      expect(refusal(() => patched(add(filter)))).toBe('noTarget')
  })

  it('is all or nothing: what fails late leaves what it was given', () => {
    const copy = structuredClone(ada)
    const operations = [
      { op: 'replace', path: 'title', value: 'Dr' },
      { op: 'replace', path: 'emails[type eq "fax"].value', value: 'x' },
    ]
    expect(refusal(() => patched(...operations))).toBe('noTarget')
    expect(ada).toEqual(copy)
  })

  it.each<[string, object]>([
    [
      'an addition of what is there',
      { op: 'add', path: 'emails', value: [{ value: 'ada@home.test', type: 'home' }] },
    ],
    ['a replacement by the same', { op: 'replace', value: { active: true, name: { familyName: 'Byron' } } }],
    ['a removal of what is not there', { op: 'remove', path: 'nickName' }],
    [
      'a removal by value of what is not there',
      { op: 'remove', path: 'emails', value: [{ value: 'x@y.test' }] },
    ],
    ['an empty extension', { op: 'add', path: 'urn:new:2.0:User', value: {} }],
  ])('%s changes nothing', (_, operation) => {
    expect(patched(operation)).toEqual(ada)
  })

  it('refuses a removal from an extension that is derived', () => {
    const path = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'
    expect(refusal(() => patched({ op: 'remove', path }))).toBe('mutability')
    expect(refusal(() => patched({ op: 'add', path: `${path}:assignments`, value: [] }))).toBe('mutability')
  })

  it('says in which extension an attribute is', () => {
    expect(() => patched({ op: 'replace', path: 'department', value: 'x' })).toThrow(
      `write ${enterprise}:department`,
    )
  })
})

describe('a PATCH that would cost too much', () => {
  it('is refused for its operations', () => {
    const operation = { op: 'replace', path: 'title', value: 'x' }
    expect(refusal(() => patched(...Array.from({ length: 1_000 }, () => operation)))).toBe('accepted')
    expect(refusal(() => patched(...Array.from({ length: 1_001 }, () => operation)))).toBe('payloadTooLarge')
  })

  it('is refused for what its filters compare', () => {
    const emails = Array.from({ length: 1_000 }, (_, n) => ({ value: `${n}@example.test` }))
    const tests = Array.from({ length: 300 }, () => 'value eq "x"').join(' or ')
    const operation = { op: 'add', path: `emails[${tests} or value eq "0@example.test"].display`, value: 'x' }
    const many = patch(userSchema, { userName: 'x', emails })
    expect(refusal(() => many(operation))).toBe('accepted')
    expect(refusal(() => many(...Array.from({ length: 100 }, () => operation)))).toBe('payloadTooLarge')
  })
})

describe('a value whose case counts', () => {
  it('is another one in another case, and is added and removed by itself', () => {
    const one = { userName: 'x', x509Certificates: [{ value: 'AAbb' }] }
    const both = { userName: 'x', x509Certificates: [{ value: 'AAbb' }, { value: 'aaBB' }] }
    const value = [{ value: 'aaBB' }]
    expect(patch(userSchema, one)({ op: 'add', path: 'x509Certificates', value })).toEqual(both)
    expect(patch(userSchema, both)({ op: 'remove', path: 'x509Certificates', value })).toEqual(one)
  })
})

describe('a list of a thousand values', () => {
  const emails = Array.from({ length: 1_000 }, (_, n) => ({ value: `${n}@example.test`, type: 'work' }))
  const full = patch(userSchema, { userName: 'x', emails })

  it.each([
    ['emails', [{ value: 'one@more.test' }]],
    ['emails[type eq "home"].value', 'one@more.test'],
    ['emails[value eq "one@more.test"]', { type: 'home' }],
  ])('takes no more by way of %s', (path, value) => {
    expect(refusal(() => full({ op: 'add', path, value }))).toBe('invalidValue')
  })
})

describe('an immutable attribute', () => {
  const old: Attributes = { label: 'x', serial: 's-1', box: { name: 'b', seal: 'wax' } }
  const changed = patch(thingSchema, old)

  it('can be set once', () => {
    const fresh = patch(thingSchema, { label: 'x' })
    expect(
      fresh({ op: 'add', path: 'serial', value: 's-1' }, { op: 'add', path: 'box.seal', value: 'wax' }),
    ).toEqual({
      label: 'x',
      serial: 's-1',
      box: { seal: 'wax' },
    })
  })

  it('of an element that a filter selects stays, whatever the element is replaced by', () => {
    const { document } = thingSchema
    const seal = document.attributes
      .find(({ name }) => name === 'box')
      ?.subAttributes?.find(({ name }) => name === 'seal')
    const attributes = document.attributes.map((each) =>
      each.name === 'parts' && seal
        ? { ...each, subAttributes: [...(each.subAttributes ?? []), seal] }
        : each,
    )
    const sealed = patch(compileSchema('/Things', { ...document, attributes }), {
      label: 'x',
      parts: [{ value: 'a', seal: 'wax' }],
    })
    const path = 'parts[value eq "a"]'
    expect(sealed({ op: 'replace', path, value: { value: 'b', seal: 'wax' } })).toMatchObject({
      parts: [{ value: 'b', seal: 'wax' }],
    })
    for (const operation of [
      { op: 'replace', path, value: { value: 'b', seal: 'lead' } },
      { op: 'replace', path, value: { value: 'b' } },
      { op: 'add', path, value: { seal: 'lead' } },
      { op: 'replace', path: `${path}.seal`, value: 'lead' },
    ])
      expect(refusal(() => sealed(operation))).toBe('mutability')
  })

  it('can be sent again as it is', () => {
    expect(changed({ op: 'replace', value: { serial: 's-1', box: { seal: 'wax' } } })).toEqual(old)
  })

  it.each<[string, object]>([
    ['replaced', { op: 'replace', path: 'serial', value: 's-2' }],
    ['added over', { op: 'add', value: { serial: 's-2' } }],
    ['removed', { op: 'remove', path: 'serial' }],
    ['replaced as a part', { op: 'replace', path: 'box.seal', value: 'lead' }],
    ['replaced within a value', { op: 'replace', path: 'box', value: { seal: 'lead' } }],
  ])('cannot be %s', (_, operation) => {
    expect(refusal(() => changed(operation))).toBe('mutability')
  })

  it('stays when a PUT leaves it out, and refuses a PUT that changes it', () => {
    expect(keepImmutable(thingSchema, old, { label: 'y' })).toEqual({ label: 'y', serial: 's-1' })
    expect(keepImmutable(thingSchema, old, { label: 'y', serial: 's-1' })).toEqual({
      label: 'y',
      serial: 's-1',
    })
    expect(refusal(() => keepImmutable(thingSchema, old, { serial: 's-2' }))).toBe('mutability')
    expect(refusal(() => keepImmutable(thingSchema, old, { box: { seal: 'lead' } }))).toBe('mutability')
  })
})

describe('a PATCH of a declared type of resource', () => {
  const thing: Attributes = {
    label: 'x',
    tags: ['a', 'b'],
    [moreUrn]: { owner: 'o' },
    [customUrn]: { badge: 1 },
  }
  const changed = patch(thingSchema, thing)

  it.each<[string, object, Attributes]>([
    [
      'adds to a list of texts once',
      { op: 'add', path: 'tags', value: ['A', 'c'] },
      { tags: ['A', 'b', 'c'] },
    ],
    ['chooses plain values', { op: 'remove', path: 'tags[value eq "A"]' }, { tags: ['b'] }],
    [
      'replaces plain values',
      { op: 'replace', path: 'tags[value sw "b"]', value: 'z' },
      { tags: ['a', 'z'] },
    ],
    ['removes plain values', { op: 'remove', path: 'tags', value: ['b'] }, { tags: ['a'] }],
    [
      'takes its own URN before a path',
      { op: 'replace', path: `${thingUrn}:label`, value: 'y' },
      { label: 'y' },
    ],
    [
      'reaches into its extension',
      { op: 'add', path: `${moreUrn}:count`, value: 3 },
      { [moreUrn]: { owner: 'o', count: 3 } },
    ],
  ])('%s', (_, operation, changes) => {
    expect(changed(operation)).toEqual({ ...thing, ...changes })
  })
})
