import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant, later, platformRoleId } from '../../../lib/core/ids.ts'
import type { Survey } from '../../../lib/platforms/immybot/access.ts'
import { accountOf, isService, statusOf } from '../../../lib/platforms/immybot/accounts.ts'
import { defaultDialect, dialectOf } from '../../../lib/platforms/immybot/dialect.ts'
import { type Held, heldId, isBuiltin, partsOf } from '../../../lib/platforms/immybot/listing.ts'
import { adminPermissions, permissionNames } from '../../../lib/platforms/immybot/permissions.ts'
import {
  type Scope,
  scopeKey,
  scopeOf,
  scopeOfAssignment,
  scopeOfKey,
  scopeTexts,
} from '../../../lib/platforms/immybot/scopes.ts'
import type { AssignmentShape, SubjectShape, UserShape } from '../../../lib/platforms/immybot/shapes.ts'

const now = instant(Date.parse('2026-03-02T09:00:00Z'))
const user: UserShape = { id: 41, tenantId: 1, type: 'Person', personId: 900, email: 'Ada@Acme.example' }
const holding = (...held: readonly Held[]): Survey => ({
  heldBy: () => held,
  keeps: () => held.some(({ byHand, inherent }) => byHand === undefined && inherent !== true),
  all: held,
  denied: [],
})

describe('a user', () => {
  it.each([
    ['never expires', {}, 'enabled', 'enabled'],
    ['is expired', { isExpired: true }, 'disabled', 'disabled'],
    ['expired a moment ago', { expirationDateUTC: later(now, -1) }, 'disabled', 'disabled'],
    ['expires within the hour', { expirationDateUTC: later(now, 3600) }, 'disabled', 'enabled'],
    ['expires tomorrow', { expirationDateUTC: later(now, 86_400) }, 'enabled', 'enabled'],
    ['has a date without a zone', { expirationDateUTC: '2026-03-02T09:30:00' }, 'disabled', 'enabled'],
    ['has a date nobody can read', { expirationDateUTC: 'soon' }, 'enabled', 'enabled'],
  ] as const)('who %s', (_, set, without, holdingOurs) => {
    expect(statusOf({ ...user, ...set }, false, now)).toBe(without)
    expect(statusOf({ ...user, ...set }, true, now)).toBe(holdingOurs)
  })

  it('is a machine when it says so, when no person is behind it, and when it is us', () => {
    const of = (set: Partial<UserShape>) => isService({ ...user, ...set }, 2)
    expect([of({}), of({ type: 'person' }), of({ type: null }), of({ type: 0 })]).toEqual([
      false,
      false,
      false,
      false,
    ])
    expect([of({ type: 'Integration' }), of({ type: 'Service' }), of({ id: 2 })]).toEqual([true, true, true])
    expect([of({ type: null, personId: null }), of({ type: 3, personId: null })]).toEqual([true, true])
  })

  it('has a folded address, each role once, and loses with the access what every user has', () => {
    const scope: Scope = { kind: 'ownTenant' }
    const survey = holding({ role: '5', scope }, { role: '5', scope }, { role: '2', scope, inherent: true })
    expect(accountOf(user, survey, 2, now)).toEqual({
      id: '41',
      email: 'ada@acme.example',
      status: 'enabled',
      service: false,
      roles: ['2@ownTenant', '5@ownTenant'],
    })
    expect(accountOf({ ...user, isExpired: true, email: null }, survey, 2, now)).toEqual({
      id: '41',
      status: 'disabled',
      service: false,
      roles: ['5@ownTenant'],
    })
  })
})

const tenants = [
  { id: 1, name: 'MSP', isMsp: true, tenantTagIds: [], tenantTagNames: [] },
  { id: 2, name: 'Paris', tenantTagIds: [7], tenantTagNames: ['France'] },
  { id: 3, name: 'Lyon', tenantTagIds: [7], tenantTagNames: ['France'] },
  { id: 4, name: 'lyon', tenantTagIds: [8], tenantTagNames: ['1'] },
  { id: 5, name: '2' },
]

describe('a scope', () => {
  const any = fc.oneof(
    fc.constantFrom<Scope>({ kind: 'everything' }, { kind: 'msp' }, { kind: 'ownTenant' }),
    fc.record({ kind: fc.constantFrom('tenant' as const, 'tenantTag' as const), id: fc.nat() }),
  )

  it('comes back from its text, and from the id of a role held in it', () => {
    fc.assert(
      fc.property(any, fc.nat(), (scope, role) => {
        expect(scopeOfKey(scopeKey(scope))).toEqual(scope)
        expect(partsOf(heldId({ role: String(role), scope }))).toEqual({ role: String(role), scope })
        for (const byHand of ['direct', 'group:5'])
          expect(partsOf(heldId({ role: String(role), scope, byHand }))).toBeUndefined()
      }),
    )
    expect(partsOf(platformRoleId('5'))).toBeUndefined()
    expect(partsOf(heldId({ role: '5', scope: undefined }))).toBeUndefined()
  })

  it.each([
    ['tenant:Paris', 'tenant:2'],
    ['tenant: paris ', 'tenant:2'],
    ['tenant:2', 'tenant:2'],
    ['tenant:3', 'tenant:3'],
    ['tenantTag:france', 'tenantTag:7'],
    ['tenantTag:8', 'tenantTag:8'],
    ['tenant:Lyon', undefined],
    ['tenant:9', undefined],
    ['tenantTag:Paris', undefined],
    ['somewhere', undefined],
    ['place:2', undefined],
    ['msp', 'msp'],
  ])('written %s means %s', (written, key) => {
    const scope = scopeOf(written, tenants)
    expect(scope === undefined ? undefined : scopeKey(scope)).toBe(key)
  })

  it('is offered only in spellings that mean it', () => {
    const texts = scopeTexts(tenants)
    expect(texts).toEqual(texts.toSorted())
    expect(texts).toEqual(expect.arrayContaining(['tenant:Paris', 'tenant:4', 'tenantTag:France', 'msp']))
    expect(texts).not.toContain('tenant:Lyon')
    for (const text of texts) expect(scopeOf(text, tenants)).toBeDefined()
    // A tenant called like another one's number is meant by its own number only.
    expect(texts.filter((text) => text === 'tenant:2')).toHaveLength(1)
  })

  it.each([
    ['ids', { assignmentType: 4, claimValues: ['2'] }, 'tenant:2'],
    ['numbers', { assignmentType: 'SpecificTenant', claimValues: [2] }, 'tenant:2'],
    ['a name', { assignmentType: 'specificTenant', claimValues: [], scope: 'Paris' }, 'tenant:2'],
    ['a tag', { assignmentType: 'TenantTag', claimValues: ['7'] }, 'tenantTag:7'],
    ['nothing to tell by', { assignmentType: 4, claimValues: [], scope: 'Lyon' }, undefined],
    ['two ids', { assignmentType: 4, claimValues: ['2', '3'] }, undefined],
    ['a resource', { assignmentType: 'SpecificResource', claimValues: ['2', '1'] }, undefined],
    ['the owner', { assignmentType: 1 }, 'everything'],
    ['an MSP', { assignmentType: 'Msp', claimValues: ['1'] }, 'msp'],
    ["the user's tenant", { assignmentType: 5, scope: "User's Tenant" }, 'ownTenant'],
  ] as const)('of an assignment that shows %s', (_, shown, key) => {
    const assignment: AssignmentShape = {
      id: 1,
      roleId: 5,
      isAllow: true,
      scope: null,
      ...shown,
    } as AssignmentShape
    const scope = scopeOfAssignment(assignment, tenants)
    expect(scope === undefined ? undefined : scopeKey(scope)).toBe(key)
  })
})

const permission = (id: string, category: string | number, ...dependencies: readonly string[]) => ({
  id,
  category,
  dependencies: dependencies.map((one, index) => (index % 2 === 0 ? one : { id: one })),
})
const subjects: readonly SubjectShape[] = [
  {
    id: 'Computers',
    name: 'Computers',
    permissions: [
      permission('c:view', 'View'),
      permission('c:edit', 'CoreCapability', 'c:view', 's:view'),
      permission('c:wipe', 'Advanced', 'c:edit'),
    ],
  },
  { id: 7, name: 'Scripts', permissions: [permission('s:view', 1), permission('s:run', 3, 's:view')] },
  { id: 8, name: 'User Role Assignments', permissions: [permission('a:view', 1), permission('a:edit', 2)] },
  { id: 9, name: 'Empty', permissions: [] },
]

describe('the catalogue of permissions', () => {
  const names = new Map(permissionNames(subjects).map(({ name, grants }) => [name, grants]))

  it.each([
    ['computers=view', ['c:view']],
    ['computers=manage', ['c:edit', 'c:view', 's:view']],
    ['computers=full', ['c:edit', 'c:view', 'c:wipe', 's:view']],
    ['scripts=manage', ['s:view']],
    ['scripts=full', ['s:run', 's:view']],
    ['c:wipe', ['c:edit', 'c:view', 'c:wipe', 's:view']],
    ['empty=full', undefined],
    ['Computers=view', undefined],
  ])('%s', (name, grants) => {
    expect(names.get(name)).toEqual(grants)
  })

  it('expands what is expanded to itself', () => {
    for (const grants of names.values())
      expect([...new Set(grants.flatMap((id) => names.get(id) ?? []))].toSorted()).toEqual(grants)
  })

  it('survives permissions that depend on each other, and on what is not there', () => {
    const circle = [
      { id: 1, name: 'x', permissions: [permission('a', 'View', 'b'), permission('b', 'View', 'a', 'gone')] },
    ]
    expect(permissionNames(circle).find(({ name }) => name === 'a')?.grants).toEqual(['a', 'b', 'gone'])
  })

  it('makes administrators of those who change who holds what, and not of those who look', () => {
    expect([...adminPermissions(subjects)]).toEqual(['a:edit'])
  })
})

describe('the dialect', () => {
  it('is the documented one unless a setting says otherwise', () => {
    expect(dialectOf({})).toEqual(defaultDialect)
    expect(dialectOf({ generation: 'rbac', pageSize: '50' })).toEqual({
      ...defaultDialect,
      generation: 'rbac',
      pageSize: 50,
    })
  })

  it.each([
    ['generation', 'new'],
    ['createPersons', 'true'],
    ['pageSize', '5'],
    ['pageSize', '1e3'],
    ['pageSize', '5000'],
    ['tokenUrl', 'https://a\nb'],
  ])('refuses %s: %s', (key, value) => {
    expect(() => dialectOf({ [key]: value })).toThrow(key)
  })

  it('refuses settings it does not know', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        fc.pre(!Object.hasOwn(defaultDialect, key) && key !== '__proto__')
        expect(() => dialectOf({ [key]: 'x' })).toThrow(/is unknown/)
      }),
    )
  })
})

it('a role is built in by its type, or else by its name', () => {
  const of = (name: string, roleTypeName: string | null, type = 'BuiltIn') =>
    isBuiltin({ id: 1, name, roleTypeName }, { ...defaultDialect, builtinRoleType: type })
  expect(of('Technician', 'Built-In')).toBe(true)
  expect(of('Technician', 'Custom')).toBe(false)
  expect(of('Technician', null)).toBe(true)
  expect(of('Field team', '')).toBe(false)
  expect(of('Field team', 'System', 'system')).toBe(true)
})
