import { afterEach, beforeEach, describe } from 'vitest'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { accountsContract } from './accounts.ts'
import { crowdContract } from './crowd.ts'
import { type Hand, handOf } from './hand.ts'
import { lifeContract } from './life.ts'
import { variantsOf } from './pairs.ts'
import { rolesContract } from './roles.ts'
import type { Context, PlatformHarness, Stage } from './stage.ts'
import { troubleContract } from './trouble.ts'

const everyPair = process.env.EVERY_PAIR === '1'

/**
 * What every adapter must do, whatever its platform leaves undocumented: the whole suite runs on the defaults, and with each switch flipped
 * alone a person and a role live through every change. With EVERY_PAIR=1 (a stage of .ci/run) the whole suite runs wherever two values of two
 * switches have to meet, too (pairs.ts). Assertions are about what the simulated platform holds, seen past the adapter. Where platforms differ, their traits and the harness's profile say so; nothing here asks
 * for a platform's name.
 */
export const platformContract = <Switches>(harness: PlatformHarness<Switches>): void => {
  describe.each(variantsOf(harness.switches).filter(({ kind }) => everyPair || kind !== 'together'))(
    `${harness.name}, $name`,
    ({ switches, dialect, kind }) => {
      let stage: Stage
      let hand: Hand
      const traits = platformTraits(harness.platform)
      beforeEach(async () => {
        stage = await harness.start(switches, dialect)
        hand = handOf(stage, traits, harness.roles)
      })
      afterEach(() => stage.close())
      const context: Context = {
        traits,
        profile: harness.profile(switches),
        roles: harness.roles,
        stage: () => stage,
        hand: () => hand,
      }
      if (kind === 'alone') {
        lifeContract(context)
        return
      }
      accountsContract(context)
      rolesContract(context)
      troubleContract(context)
      // A crowd takes time and looks the same whatever the switches say.
      if (kind === 'defaults') crowdContract(context)
    },
  )
}
