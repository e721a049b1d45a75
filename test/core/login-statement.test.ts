import { describe, expect, it } from 'vitest'
import type { Connection } from '../../lib/core/configuration.ts'
import { instant } from '../../lib/core/ids.ts'
import { mostGroups, overflowAttributes, singleValue, statementOf } from '../../lib/core/login-statement.ts'

const at = instant(Date.UTC(2026, 10, 22, 12))
const settings = (groups: Partial<NonNullable<Connection['groups']>> = {}, attributes = {}) => ({
  groups: { from: ['saml', 'scim'] as const, samlAttribute: 'groups', maximumAge: 60, ...groups },
  saml: {
    metadata: { kind: 'stored' } as const,
    attributes,
    createMembers: false,
    idpInitiated: false,
    returnTo: [],
    wait: 0,
  },
})
const shown = (bag: Record<string, readonly string[]>): Record<string, readonly string[]> =>
  Object.assign(Object.create(null), bag)

describe('the groups of a login', () => {
  it('are present, trimmed, without blanks and duplicates, in their order', () => {
    const { groups } = statementOf(
      settings(),
      shown({ groups: [' B ', 'A', '', 'B', '\t', 'a\u00a0', 'A'] }),
      at,
    )
    expect(groups).toEqual({ kind: 'present', names: ['B', 'A', 'a'] })
  })

  it('are present and none where the attribute is there without a value', () => {
    expect(statementOf(settings(), shown({ groups: [] }), at).groups).toEqual({ kind: 'present', names: [] })
    expect(statementOf(settings(), shown({ groups: ['', ' '] }), at).groups).toEqual({
      kind: 'present',
      names: [],
    })
  })

  it('are absent where the attribute is not there under exactly its name', () => {
    for (const name of ['Groups', 'group', 'groups ', 'memberOf'])
      expect(statementOf(settings(), shown({ [name]: ['A'] }), at).groups).toEqual({ kind: 'absent' })
    expect(statementOf(settings({ samlAttribute: 'constructor' }), {}, at).groups).toEqual({ kind: 'absent' })
  })

  it('overflow where Entra sends a link, whatever stands beside it', () => {
    for (const name of overflowAttributes)
      for (const beside of [{}, { groups: ['A'] }])
        expect(statementOf(settings(), shown({ ...beside, [name]: [] }), at).groups).toEqual({
          kind: 'overflow',
        })
  })

  it('overflow with more names than are believed to be all', () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `g${n}`)
    expect(statementOf(settings(), shown({ groups: many(mostGroups) }), at).groups.kind).toBe('present')
    expect(statementOf(settings(), shown({ groups: many(mostGroups + 1) }), at).groups).toEqual({
      kind: 'overflow',
    })
    const twice = [...many(mostGroups), ...many(mostGroups)]
    expect(statementOf(settings(), shown({ groups: twice }), at).groups.kind).toBe('present')
  })

  it('are not kept where the connection takes its groups from SCIM alone', () => {
    const bag = shown({ groups: ['A'], 'groups.link': ['https://graph.example'] })
    expect(statementOf(settings({ from: ['scim'] }), bag, at).groups).toEqual({ kind: 'absent' })
    expect(statementOf({}, bag, at).groups).toEqual({ kind: 'absent' })
  })
})

describe('the attributes of a login', () => {
  it('are those the configuration names, under the names of rules, and only those that were there', () => {
    const bag = shown({ 'urn:dept': [' Audit ', 'Audit'], 'urn:site': [], secret: ['x'] })
    const { attributes } = statementOf(
      settings({}, { department: 'urn:dept', site: 'urn:site', floor: 'urn:floor' }),
      bag,
      at,
    )
    expect(Object.getPrototypeOf(attributes)).toBeNull()
    expect({ ...attributes }).toEqual({ department: ['Audit'], site: [] })
  })

  it('may be called what objects inherit, and are then still only what was sent', () => {
    const odd = settings({}, { constructor: 'toString', other: '__proto__' })
    expect(Object.keys(statementOf(odd, {}, at).attributes)).toEqual([])
    const bag = Object.create(null) as Record<string, readonly string[]>
    Object.defineProperty(bag, '__proto__', { value: ['x'], enumerable: true })
    expect({ ...statementOf(odd, bag, at).attributes }).toEqual({ other: ['x'] })
  })
})

describe('an attribute with one value', () => {
  it('has one, however often and with whatever blanks it is sent', () => {
    expect(singleValue(shown({ id: [' a ', 'a', ''] }), 'id')).toBe('a')
  })
  it('has none where several are sent, or nothing', () => {
    expect(singleValue(shown({ id: ['a', 'b'] }), 'id')).toBeUndefined()
    expect(singleValue(shown({ id: [' '] }), 'id')).toBeUndefined()
    expect(singleValue(shown({}), 'id')).toBeUndefined()
  })
})
