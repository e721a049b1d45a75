import { describe, expect, it } from 'vitest'
import * as make from './changes.ts'
import { rolesOf } from './hand.ts'
import { type Context, person } from './stage.ts'

/** Many accounts. */
export const crowdContract = ({ profile, roles, stage, hand }: Context): void => {
  const { list } = profile
  const seen = async () => {
    const { accounts, complete } = await stage().platform.snapshot()
    return { complete, distinct: new Set(accounts.map(({ id }) => id)).size }
  }

  describe('in a crowd', () => {
    if (list.kind === 'capped')
      it(`reads ${list.cap - 100} accounts, each once, and does not call a list of ${list.cap} whole`, async () => {
        stage().crowd(list.cap - 100 - stage().members())
        expect(await seen()).toEqual({ complete: true, distinct: list.cap - 100 })
        stage().crowd(99)
        expect(await seen()).toEqual({ complete: true, distinct: list.cap - 1 })
        stage().crowd(1)
        expect((await seen()).complete).toBe(false)
      })
    else
      it('reads 5,000 accounts, each once', async () => {
        stage().crowd(5000)
        expect(await seen()).toEqual({ complete: true, distinct: stage().members() })
        expect(stage().members()).toBeGreaterThan(5000)
      })

    it('adds a person without reading all of it more than once', async () => {
      stage().crowd(list.kind === 'capped' ? list.cap - 200 : 2000)
      const known = await rolesOf(stage().platform, stage().community)
      await stage().platform.apply(make.invite(person, [roles.low.id]), known)
      expect(stage().truth(person)).toEqual(hand().joined(roles.low))
    })
  })
}
