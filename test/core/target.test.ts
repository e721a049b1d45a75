import { describe, expect, test } from 'vitest'
import { memberId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { departed, unassigned } from '../../lib/core/standing.ts'
import { emailOf, targetFor } from '../../lib/core/target.ts'
import { acme, assignment, member, noon, owned, target } from '../support/examples.ts'

const emails = (...values: readonly { readonly [name: string]: string | boolean }[]): Partial<Member> => ({
  userName: 'ada',
  attributes: { emails: values, name: { givenName: 'Ada', familyName: 'Lovelace' } },
})

describe('the address of a member', () => {
  test.each([
    [
      'the primary one',
      emails(
        { value: 'a@x.test' },
        { value: 'W@x.test', type: 'work' },
        { value: 'P@x.test', primary: true },
      ),
      'p@x.test',
    ],
    [
      'else the first for work',
      emails({ value: 'a@x.test' }, { value: 'W@x.test', type: 'Work' }),
      'w@x.test',
    ],
    ['else the first', emails({ value: 'not an address' }, { value: ' A@x.test ' }), 'a@x.test'],
    ['else a userName that is one', { userName: 'Ada@x.test' }, 'ada@x.test'],
    ['else none', { userName: 'ada' }, undefined],
  ])('is %s', (_, more, address) => {
    expect(emailOf(member('ada', more))).toBe(address)
  })
})

const input = { connection: acme, id: memberId('ada'), ownership: undefined }
const tier1 = { granted: [assignment('tier1')], suppressed: [] }

describe('a target', () => {
  test('is the member as the platform should know them', () => {
    const ada = member('ada', emails({ value: 'ada@acme.test' }))
    expect(targetFor({ ...input, member: ada, assignments: tier1 })).toEqual({
      kind: 'target',
      target: target('ada', ['tier1'], { givenName: 'Ada', familyName: 'Lovelace' }),
    })
  })

  test('without an address and with a role is a problem; without a role it is none', () => {
    const ada = member('ada', { userName: 'ada' })
    expect(targetFor({ ...input, member: ada, assignments: tier1 })).toEqual({
      kind: 'problem',
      problem: { kind: 'noEmail', connection: acme, member: 'ada' },
    })
    expect(targetFor({ ...input, member: ada, assignments: undefined }).kind).toBe('target')
  })

  test.each([
    ['inactive', member('ada', { active: false, inactiveSince: noon }), noon],
    ['deleted', member('ada', { deletedAt: noon }), noon],
    ['unknown to the directory', undefined, undefined],
  ])('%s has departed and is granted nothing', (_, gone, departedAt) => {
    const targeting = targetFor({
      ...input,
      member: gone,
      assignments: tier1,
      ownership: owned('ada', ['tier1']),
    })
    expect(targeting).toMatchObject({
      kind: 'target',
      target: { standing: 'departed', email: 'ada@acme.test', granted: [], suppressed: [] },
    })
    expect(targeting.kind === 'target' ? targeting.target.departedAt : 'problem').toBe(departedAt)
    expect(departed(gone)).toBe(true)
  })

  test.each([
    ['the identity provider’s own id', { externalId: 'ext-ada' }, 'ext-ada'],
    [
      'rather that of its directory, where it sends both',
      {
        externalId: 'ext-ada',
        attributes: { 'urn:ietf:params:scim:schemas:extension:entra:2.0:User': { objectId: ' 0b1e ' } },
      },
      '0b1e',
    ],
    ['nothing where there is none', { externalId: ' ' }, undefined],
  ])('is known by %s', (_, more, externalId) => {
    const targeting = targetFor({ ...input, member: member('ada', more), assignments: tier1 })
    expect(targeting.kind === 'target' ? targeting.target.externalId : 'problem').toBe(externalId)
  })

  test('is unassigned when it is active and has no role left', () => {
    expect(unassigned(target('ada', []))).toBe(true)
    expect(unassigned(target('ada', ['tier1']))).toBe(false)
    expect(unassigned(target('ada', [], { standing: 'departed' }))).toBe(false)
  })
})
