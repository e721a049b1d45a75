import type { Toolbox } from '../toolbox.ts'

/** The vendor allows 50 new users per 300 seconds; the rest is for people who work in the portal meanwhile. */
const allowed = 45
const window = 300
/** Side by side, so that a few joiners do not wait for each other, and together still within the limit in any window. */
const lanes = 5

/** Lanes in turn; each lets one through every `lanes * window / allowed` seconds. */
export const createPacing = (permit: Toolbox['permit']): (() => Promise<void>) => {
  let turn = 0
  return async () => {
    turn = (turn + 1) % lanes
    await permit(`users/${turn}`, allowed / window / lanes)
  }
}
