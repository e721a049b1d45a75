import { describe, expect, it } from 'vitest'
import { parseFilter } from '../../lib/scim/filter/parse.ts'
import { planLookups } from '../../lib/scim/filter/plan.ts'
import { userSchema } from '../../lib/scim/schema.ts'

const indexes = ['id', 'userName', 'externalId', 'emails.value']
const planned = (filter: string) => planLookups(parseFilter(userSchema, filter), indexes)
const testsOf = (filter: string) =>
  planned(filter)?.tests.map(({ attribute, value }) => `${attribute} ${value}`)
const oneOf = (count: number): string =>
  Array.from({ length: count }, (_, n) => `userName eq "u${n}"`).join(' or ')

describe('a filter as look-ups', () => {
  it('is one where an indexed eq stands in a conjunction, however deep', () => {
    expect(testsOf('active eq true and (title pr and userName eq "a")')).toEqual(['userName a'])
    expect(planned('userName eq "a"')).not.toHaveProperty('rest')
    expect(planned('active eq true and userName eq "a"')).toHaveProperty('rest')
  })

  it('takes the part that asks for the fewest', () => {
    expect(testsOf(`(${oneOf(40)}) and externalId eq "x"`)).toEqual(['externalId x'])
    expect(testsOf('emails.value eq "e" and userName eq "a"')).toEqual(['userName a'])
  })

  it('asks for a hundred values at most: beyond, reading the directory costs less', () => {
    expect(testsOf(oneOf(100))).toHaveLength(100)
    expect(planned(oneOf(101))).toBeUndefined()
    expect(testsOf(`(${oneOf(101)}) and externalId eq "x"`)).toEqual(['externalId x'])
  })

  it.each([
    'not (userName eq "a")',
    'userName ne "a"',
    'userName sw "a"',
    'userName pr',
    'userName eq null',
    'userName eq "a" or active eq true',
  ])('is none for %s', (filter) => {
    expect(planned(filter)).toBeUndefined()
  })
})
