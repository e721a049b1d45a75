import { describe, expect, it } from 'vitest'
import { rejectionCodes } from '../../../lib/saml/verified.ts'
import { verifyResponse } from '../../../lib/saml/verify/verify.ts'
import { build, exchangeOf } from './build.ts'
import type { Case, Group } from './case.ts'
import { corpus } from './corpus.ts'
import { edited, undoing } from './edit.ts'
import { verifyInputOf } from './input.ts'
import { differences, revealed } from './tree.ts'

/** What the corpus says of itself has to be true before it may judge anybody. */
const ofKind = (kind: Case['how']['kind']): readonly Case[] => corpus.filter(({ how }) => how.kind === kind)
const least: Readonly<Record<Group, number>> = { A: 21, B: 27, C: 36, D: 37, F: 37, H: 3 }

describe('the corpus', () => {
  it('has every case once, and at least as many of each group as are known', () => {
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length)
    expect(new Set(corpus.map(({ mutation, expected }) => `${mutation} ${expected}`)).size).toBe(
      corpus.length,
    )
    for (const [group, count] of Object.entries(least)) {
      const cases = corpus.filter((one) => one.group === group)
      expect(cases.length, group).toBeGreaterThanOrEqual(count)
      expect(cases.filter(({ id }) => !id.startsWith(`${group.toLowerCase()}-`))).toEqual([])
    }
  })

  it('expects what there is: acceptance in group A alone, codes that exist elsewhere', () => {
    const known = new Set<string>(['accepted', 'no route', ...rejectionCodes])
    expect(corpus.filter(({ expected }) => !known.has(expected)).map(({ id }) => id)).toEqual([])
    const accepted = corpus.filter(({ expected }) => expected === 'accepted')
    expect(accepted.filter(({ group }) => group !== 'A')).toEqual([])
    expect(corpus.filter(({ group, expected }) => group === 'A' && expected !== 'accepted')).toEqual([])
  })

  it('is listed beside it, case by case, as it stands', async () => {
    const lines = corpus.map(
      ({ id, group, mutation, expected, connection = 'single' }) =>
        `${group}  ${id.padEnd(34)} ${expected.padEnd(22)} ${connection.padEnd(12)} ${mutation}`,
    )
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./cases.txt')
  })
})

it('every mutation begins with a message that is accepted, but for the two that carry an error of the provider', () => {
  const outcomes = corpus.map((one) => {
    const valid = Buffer.from(build(one).valid).toString('base64')
    const verification = verifyResponse({ ...verifyInputOf(one), samlResponse: [valid] })
    return [one.id, verification.kind === 'verified' ? 'accepted' : verification.code]
  })
  expect(outcomes.filter(([, outcome]) => outcome !== 'accepted')).toEqual([
    ['b-error-carrier', 'status'],
    ['b-error-in-extensions', 'status'],
  ])
})

describe('each mutant differs from its valid message in its mutation and nowhere else:', () => {
  it.each(ofKind('edits'))('$id: undone, it is the valid message again, byte by byte', (one) => {
    const { valid, mutant, world } = build(one)
    const { how } = one
    const edits = how.kind === 'edits' ? how.edits(valid, world) : []
    expect(edits.filter(({ at, remove, insert }) => valid.slice(at, at + remove) === insert)).toEqual([])
    expect(mutant.toString()).not.toBe(valid)
    expect(edited(mutant.toString(), undoing(valid, edits))).toBe(valid)
  })

  it.each(ofKind('bytes'))('$id: undone, it is the valid message again, byte by byte', (one) => {
    const { valid, mutant } = build(one)
    expect(mutant.equals(Buffer.from(valid))).toBe(false)
    expect(one.how.kind === 'bytes' && one.how.undo(mutant).toString()).toBe(valid)
  })

  it.each(ofKind('sealed'))('$id: signed anew, the trees differ in the places named', (one) => {
    const { valid, mutant } = build(one)
    const places = one.how.kind === 'sealed' ? one.how.places : []
    const found = differences(valid, mutant.toString(), one.opaque ? (xml) => xml : revealed)
    expect(mutant.toString()).not.toBe(valid)
    // No place: another spelling or another signature's value, and the same tree.
    expect(found.length > 0).toBe(places.length > 0)
    expect(
      found.filter((path) => !places.some((place) => path === place || path.startsWith(`${place}/`))),
    ).toEqual([])
  })

  it.each(ofKind('exchange'))('$id: the message is the valid one, what surrounds it is not', (one) => {
    const { valid, exchange, world } = build(one)
    const plain = exchangeOf(world, Buffer.from(valid))
    expect(exchange).not.toEqual(plain)
    // What does not change is the same object: one part of the exchange, or of the post, is another.
    const parts = (['request', 'earlier', 'post'] as const).filter((part) => {
      return JSON.stringify(exchange[part]) !== JSON.stringify(plain[part])
    })
    expect(parts.length).toBeLessThanOrEqual(one.id === 'f-replay-other-id' ? 2 : 1)
  })

  it('nothing is done to the one that says so', () => {
    for (const one of ofKind('none')) expect(build(one).mutant.toString()).toBe(build(one).valid)
    expect(ofKind('none')).toHaveLength(1)
  })
})
