import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attributes } from '../../lib/core/member.ts'
import { normaliseResource } from '../../lib/scim/normalise.ts'
import type { Quirk } from '../../lib/scim/quirks.ts'
import { groupSchema, userSchema } from '../../lib/scim/schema.ts'

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
      'one e-mail that is no list',
      { emails: { value: 'a@b.test' } },
      { emails: [{ value: 'a@b.test' }] },
      ['singleForList'],
    ],
    ['one e-mail as text', { emails: 'a@b.test' }, { emails: [{ value: 'a@b.test' }] }, ['textForComplex']],
    ['a list for a single value', { title: [{ value: 'Dr' }] }, { title: 'Dr' }, ['listForSingle']],
    [
      'a number for a text',
      { [enterprise]: { employeeNumber: 701984 } },
      { [enterprise]: { employeeNumber: '701984' } },
      ['numberAsText'],
    ],
  ])('reads %s', (_, sent, expected, quirks) => {
    expect(normalised(sent)).toEqual({ body: expected, quirks })
  })

  it('drops null references of members', () => {
    expect(normalised({ members: [{ $ref: null, value: 'u-1' }] }, groupSchema)).toEqual({
      body: { members: [{ value: 'u-1' }] },
      quirks: ['nullReference'],
    })
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

  it('is idempotent over anything', () => {
    const names = fc.constantFrom(
      'active',
      'title',
      'emails',
      'roles',
      'name',
      'x509Certificates',
      'addresses',
      'unknown',
      enterprise,
    )
    const value = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(
        fc.dictionary(names, value),
        fc.dictionary(fc.constantFrom('manager', 'department'), value),
        (a, b) => {
          const once = normalised({ ...a, [enterprise]: b } as Attributes)
          const twice = normalised(once.body)
          expect(twice.body).toEqual(once.body)
        },
      ),
      { numRuns: 500 },
    )
  })
})
