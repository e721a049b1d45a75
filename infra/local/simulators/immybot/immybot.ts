import { jsonAnswer, type Simulator } from '../simulator.ts'
import { type Control, createStand, type StandOptions } from '../stand.ts'
import { demoWorld } from './demo.ts'
import { served } from './dispatch.ts'
import type { Edit } from './edit.ts'
import { edited } from './edits.ts'
import { createLimits } from './limits.ts'
import { afterAnHour } from './resync.ts'
import type { Switches, World } from './world.ts'

export type ImmybotControl = Control<World, Edit, Switches>

export const createImmybot = (
  options: StandOptions = {},
): Simulator & { readonly control: ImmybotControl } => {
  const limits = createLimits()
  return createStand<Switches, World, Edit>(
    {
      demo: demoWorld,
      edited,
      served,
      turnedAway: ({ switches }, now) => {
        const blocked = limits.blockedFor(now, switches.perMinute)
        if (blocked === 0) return undefined
        return jsonAnswer(
          429,
          { title: 'Too Many Requests', status: 429 },
          switches.retryAfter ? { 'retry-after': String(blocked) } : {},
        )
      },
      passed: afterAnHour,
      answered: ({ switches }, _, now) => {
        if (switches.perMinute > 0) limits.counted(now)
      },
      forget: limits.reset,
    },
    options,
  )
}
