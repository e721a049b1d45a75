import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attributes, AttributeValue } from '../../lib/core/member.ts'
import { normaliseResource, normaliseValue } from '../../lib/scim/normalise.ts'
import type { Quirk } from '../../lib/scim/quirks.ts'
import { attributeNamed, groupSchema, userSchema } from '../../lib/scim/schema.ts'
import { thingSchema } from './language/thing.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const normalised = (
  body: Attributes,
  schema = userSchema,
): { readonly body: Attributes; readonly quirks: readonly Quirk[] } => {
  const quirks: Quirk[] = []
  return { body: normaliseResource(schema, body, (quirk) => quirks.push(quirk)), quirks }
}

describe('the normaliser', () => {
  it('knows which attributes are lists', () => {
    const lists = [...userSchema.attributes.values()]
      .filter((each) => each.multiValued)
      .map((each) => each.name)
    expect(lists).toEqual(
      'schemas emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates'.split(
        ' ',
      ),
    )
  })

  it.each<[string, Attributes, Attributes, readonly Quirk[]]>([
    ['booleans as text', { active: 'False' }, { active: false }, ['textBoolean']],
    ['booleans as text in any case', { ACTIVE: 'tRUE' }, { ACTIVE: true }, ['textBoolean']],
    [
      'a role with primary as text',
      { roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'admin' }] },
      { roles: [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: 'admin' }] },
      ['textBoolean'],
    ],
    [
      'a manager as bare id',
      { [enterprise]: { manager: 'm-1' } },
      { [enterprise]: { manager: { value: 'm-1' } } },
      ['textForComplex'],
    ],
    [
      'an empty manager',
      { [enterprise]: { manager: '' } },
      { [enterprise]: { manager: null } },
      ['emptyText'],
    ],
    [
      'a manager with an empty value',
      { [enterprise]: { manager: { value: '' } } },
      { [enterprise]: { manager: { value: null } } },
      ['emptyText'],
    ],
    ['an empty text', { title: '' }, { title: null }, ['emptyText']],
    [
      'a manager as a bare number',
      { [enterprise]: { manager: 701984 } },
      { [enterprise]: { manager: { value: '701984' } } },
      ['textForComplex'],
    ],
    [
      'an e-mail without its value',
      { emails: [{ type: 'work', value: '' }, { value: 'a@b.test' }] },
      { emails: [{ value: 'a@b.test' }] },
      ['emptyText', 'valuelessElement'],
    ],
    [
      'an empty text in an extension nobody declared',
      { 'urn:acme:2.0:User': { badge: '', level: 0 } },
      { 'urn:acme:2.0:User': { badge: null, level: 0 } },
      ['emptyText'],
    ],
    [
      'a number for a text',
      { [enterprise]: { employeeNumber: 701984 } },
      { [enterprise]: { employeeNumber: '701984' } },
      ['numberAsText'],
    ],
  ])('reads %s', (_, sent, expected, quirks) => {
    expect(normalised(sent)).toEqual({ body: expected, quirks })
  })

  it.each<Attributes>([
    { emails: { value: 'a@b.test' } },
    { emails: 'a@b.test' },
    { emails: ['a@b.test'] },
    { title: ['Dr'] },
    { name: [{ givenName: 'Ada' }] },
    { title: 7 },
    { name: { givenName: 7 } },
    { phoneNumbers: [{ value: 5_551_234 }] },
  ])('leaves %j, which nobody is known to send, to the validator', (sent) => {
    expect(normalised(sent)).toEqual({ body: sent, quirks: [] })
  })

  it.each<[string, AttributeValue, AttributeValue, Quirk]>([
    ['emails', { value: 'a@b.test' }, [{ value: 'a@b.test' }], 'singleForList'],
    ['title', ['Dr'], 'Dr', 'listForSingle'],
    ['title', [{ value: 'Dr' }], 'Dr', 'listForSingle'],
  ])('reads in a PATCH of %s the value %j', (name, sent, expected, quirk) => {
    const attribute = attributeNamed(userSchema.attributes, name)
    const quirks: Quirk[] = []
    expect(attribute && normaliseValue(attribute, sent, (each) => quirks.push(each))).toEqual(expected)
    expect(quirks).toEqual([quirk])
  })

  it.each<[string, AttributeValue, AttributeValue, readonly Quirk[]]>([
    ['size', '7', 7, ['textAsNumber']],
    ['weight', '-1.5', -1.5, ['textAsNumber']],
    ['size', 7, 7, []],
    ['size', '7 kg', '7 kg', []],
  ])('reads a number of %s out of the text %j', (name, sent, expected, counted) => {
    const attribute = attributeNamed(thingSchema.attributes, name)
    const quirks: Quirk[] = []
    expect(attribute && normaliseValue(attribute, sent, (each) => quirks.push(each))).toEqual(expected)
    expect(quirks).toEqual(counted)
  })

  it('drops null references of members', () => {
    expect(normalised({ members: [{ $ref: null, value: 'u-1' }] }, groupSchema)).toEqual({
      body: { members: [{ value: 'u-1' }] },
      quirks: ['nullReference'],
    })
  })

  it('reads a member named by its address', () => {
    const sent = { members: [{ $ref: 'https://x.test/acme/scim/v2/Users/u-1' }, { $ref: '../Groups/g-1/' }] }
    expect(normalised(sent, groupSchema)).toEqual({
      body: { members: sent.members.map((each, n) => ({ ...each, value: ['u-1', 'g-1'][n] })) },
      quirks: ['memberByReference', 'memberByReference'],
    })
  })

  it('keeps a member without an id: passed over, it would empty the group', () => {
    const { body } = normalised({ members: [{ value: '' }, { value: null }] }, groupSchema)
    expect(body).toEqual({ members: [{ value: null }, { value: null }] })
  })

  it('leaves what the RFCs allow as it is, and counts nothing', () => {
    const body = {
      userName: 'ada',
      active: true,
      nickName: null,
      emails: [{ value: 'a@b.test', primary: true }],
      'urn:example:custom:1.0:User': { badge: 'True', level: 7 },
    }
    expect(normalised(body)).toEqual({ body, quirks: [] })
  })

  const schemas = { User: userSchema, Group: groupSchema } as const
  const names = fc.constantFrom(
    'active',
    'title',
    'emails',
    'roles',
    'name',
    'x509Certificates',
    'addresses',
    'unknown',
    'MEMBERS',
    'urn:acme:2.0:User',
    enterprise,
  )
  const partNames = fc.constantFrom(
    'value',
    'primary',
    'type',
    'manager',
    'department',
    '$ref',
    'givenName',
    'x',
  )
  const bodyOf = (leaf: fc.Arbitrary<unknown>) =>
    fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(partNames, tie('any'), { maxKeys: 4 }),
      ),
      body: fc.dictionary(names, tie('any'), { maxKeys: 5 }),
    })).body as fc.Arbitrary<Attributes>
  const leaf = fc.oneof(
    fc.constantFrom('', 'True', 'false', 'FALSE', 'x', '7', 'https://x.test/Users/u-1'),
    fc.integer({ min: 0, max: 9 }),
    fc.boolean(),
  )
  const anything = fc
    .constantFrom<keyof typeof schemas>('User', 'Group')
    .chain((schema) => bodyOf(fc.oneof(leaf, fc.constant(null))).map((body) => ({ schema, body })))

  it('is idempotent over anything', () => {
    fc.assert(
      fc.property(anything, ({ schema, body }) => {
        const once = normalised(body, schemas[schema])
        expect(normalised(once.body, schemas[schema])).toMatchObject({ body: once.body, quirks: [] })
      }),
      { numRuns: 1_000 },
    )
  })

  const leavesOf = (value: unknown): readonly string[] =>
    typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(leavesOf)
      : value === null
        ? []
        : [String(value).toLowerCase()]

  it('never invents a value: whatever it says was sent, in another form at most', () => {
    fc.assert(
      fc.property(anything, ({ schema, body }) => {
        const sent = new Set(leavesOf(body))
        const said = leavesOf(normalised(body, schemas[schema]).body)
        expect(said.filter((each) => !sent.has(each) && each !== 'u-1')).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it('never turns a flag into its opposite', () => {
    fc.assert(
      fc.property(fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.string()), (active) => {
        const said = normalised({ active } as Attributes).body.active
        if (typeof said === 'boolean') expect(leavesOf(active)).toEqual([String(said)])
      }),
      { numRuns: 1_000 },
    )
  })

  it('never drops a member', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(partNames, leaf, { maxKeys: 3 }), { maxLength: 4 }), (members) => {
        const said = normalised({ members } as Attributes, groupSchema).body.members
        expect(said).toHaveLength(members.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('counts every use: where nothing is counted, nothing has changed', () => {
    const outcomes = { counted: 0, silent: 0 }
    fc.assert(
      fc.property(bodyOf(leaf), (sent) => {
        const { body, quirks } = normalised(sent)
        outcomes[quirks.length === 0 ? 'silent' : 'counted'] += 1
        if (quirks.length === 0) expect(body).toEqual(sent)
        else expect(body).not.toEqual(sent)
      }),
      { numRuns: 4_000 },
    )
    expect(Math.min(outcomes.counted, outcomes.silent)).toBeGreaterThan(100)
  })
})
