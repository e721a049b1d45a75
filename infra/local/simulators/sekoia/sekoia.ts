import { randomUUID } from 'node:crypto'
import { jsonAnswer, type Simulator } from '../simulator.ts'
import { type Control, createStand, type StandOptions } from '../stand.ts'
import { demoWorld } from './demo.ts'
import { createDispatch } from './dispatch.ts'
import { type Edit, edited } from './edits.ts'
import { createFirewall } from './firewall.ts'
import { afterMidnight } from './midnight.ts'
import { defaultSwitches, type Switches, type World } from './world.ts'

export type SekoiaControl = Control<World, Edit, Switches>

/** A state kept by an earlier version knows fewer switches. */
const completed = (state: unknown): unknown => {
  if (typeof state !== 'object' || state === null) return undefined
  const world = state as World
  return { ...world, switches: { ...defaultSwitches, ...world.switches } }
}

export const createSekoia = (options: StandOptions = {}): Simulator & { readonly control: SekoiaControl } => {
  const newId = options.newId ?? randomUUID
  const firewall = createFirewall()
  return createStand<Switches, World, Edit>(
    {
      demo: demoWorld,
      edited: (world, edit, { now }) => edited(world, edit, { now, newId }),
      served: createDispatch(newId),
      turnedAway: ({ switches }, now) => {
        firewall.asked(now, switches.requestBlock)
        const blocked = firewall.blockedFor(now)
        if (blocked === 0) return undefined
        return jsonAnswer(
          429,
          { message: 'Too many requests', code: 'WAF' },
          switches.retryAfter ? { 'retry-after': String(blocked) } : {},
        )
      },
      passed: afterMidnight,
      answered: ({ switches }, status, now) => firewall.answered(status, now, switches.errorBlock),
      forget: firewall.reset,
    },
    { ...options, state: completed(options.state) },
  )
}
