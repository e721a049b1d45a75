import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from './build.ts'
import { type Case, connectionKinds, forged, groups, subjectOf, worldFor } from './case.ts'
import { corpus } from './corpus.ts'
import { type Gate, identityOf, type Outcome, openGate } from './gate.ts'

let gate: Gate
beforeAll(async () => {
  gate = await openGate()
})
afterAll(() => gate.close())

const arrive = (one: Case): Promise<Outcome> => {
  const { world, exchange } = build(one, Date.now())
  return gate.deliver(world.connection, exchange)
}
const loginOf = (one: Case) => {
  const world = worldFor(one)
  return gate.login(world.connection, subjectOf(world))
}
/** The message before them was genuine. */
const replayed = new Set(['f-replay', 'f-replay-initiated', 'f-replay-other-id'])

describe('at the assertion consumer service', () => {
  it.each(corpus.filter(({ expected }) => expected === 'accepted'))(
    '$id, $mutation: is let in, with its own groups',
    async (one) => {
      const { status, code } = await arrive(one)
      expect([status, code]).toEqual([200, undefined])
      const login = await loginOf(one)
      expect(login?.groups?.values.toSorted()).toEqual((one.shows ?? groups).toSorted())
    },
  )

  it.each(corpus.filter(({ expected }) => expected !== 'accepted' && expected !== 'no route'))(
    '$id, $mutation: $expected',
    async (one) => {
      const { status, code, page } = await arrive(one)
      expect([status, code]).toEqual([403, one.expected])
      expect(page).not.toContain(one.expected)
      for (const word of [forged.nameId, forged.email, forged.group, groups[0]])
        expect(page).not.toContain(word)
      if (!replayed.has(one.id)) expect(await loginOf(one)).toBeUndefined()
    },
  )

  it.each(corpus.filter(({ expected }) => expected === 'no route'))(
    '$id, $mutation: nothing is there',
    async (one) => {
      const { status, code } = await arrive(one)
      expect([status, code]).toEqual([405, undefined])
      expect(await loginOf(one)).toBeUndefined()
    },
  )

  it('nobody was ever let in as somebody else, or with a group nobody gave them', async () => {
    const logins = (await Promise.all(connectionKinds.map((kind) => gate.logins(kind)))).flat()
    const accepted = corpus.filter(({ expected }) => expected === 'accepted')
    expect(logins).toHaveLength(accepted.length + replayed.size)
    expect(logins.filter(({ identity }) => identity === identityOf(forged.nameId))).toEqual([])
    expect(logins.filter(({ groups: shown }) => shown?.values.includes(forged.group))).toEqual([])
    const written = await gate.everything()
    for (const word of [forged.nameId, forged.email]) expect(written).not.toContain(word)
  })
})
