import { setTimeout as pause } from 'node:timers/promises'
import { configurationOf, ruleFor } from '../../e2e/configuration.ts'
import { openTown, type Town } from '../../e2e/town.ts'
import { aligned, share } from './judged.ts'

export type AnswerMeasure = {
  readonly what: string
  /** Milliseconds from the answer to the identity provider until the platform shows it. */
  readonly times: readonly number[]
}

const patience = 30_000
/** One community, and leave for everybody to go. */
const configuration = configurationOf({
  roles: ['{ id: analyst, builtin: Analyst }'],
  rules: [ruleFor('SOC-Analysts', 'analyst')],
  more: 'safety: { departures: { fraction: 1, floor: 1000 } }',
})

const until = async (isThere: () => boolean): Promise<number> => {
  const started = performance.now()
  while (!isThere()) {
    if (performance.now() - started > patience) throw new Error('the platform never showed it')
    await pause(2)
  }
  return performance.now() - started
}

/** Nothing else goes on: the next wish comes when everything of the last one is done. */
const rest = async ({ house }: Town): Promise<void> => {
  for (let quiet = 0; quiet < 5; quiet = house.idle() ? quiet + 1 : 0) await pause(50)
}

const seen = ({ house }: Town, email: string) => {
  const world = house.simulators.sekoia.world()
  const user = world.users.find((one) => one.email === email)
  return world.avatars.find((avatar) => avatar.user === user?.uuid)
}

/** One person after the other joins, and leaves again, through the real handlers of a whole house. */
export const benchAnswer = async (
  people: number,
  say: (text: string) => void,
): Promise<readonly AnswerMeasure[]> => {
  say(`${people} people join and leave, one after the other`)
  const town = await openTown({ data: 'memory', sweepEvery: 3_600, configuration })
  const [joins, leaves]: [number[], number[]] = [[], []]
  try {
    const group = await town.idp.createGroup('SOC-Analysts')
    for (let n = -1; n < people; n += 1) {
      const email = `person${n + 1}@demo.test`
      const user = await town.idp.createUser(email)
      await rest(town)
      await town.idp.addMember(group.id, user.id)
      const joined = await until(() => seen(town, email) !== undefined)
      town.house.simulators.sekoia.edit({ kind: 'activate', email })
      await rest(town)
      await town.idp.setActive(user.id, false)
      const left = await until(() => seen(town, email)?.status !== 'enabled')
      await rest(town)
      // The first wakes everything up.
      if (n >= 0) joins.push(joined)
      if (n >= 0) leaves.push(left)
    }
  } finally {
    await town.close()
  }
  return [
    { what: 'a member joins a group: invited', times: joins },
    { what: 'a member becomes inactive: suspended', times: leaves },
  ]
}

export const answerTable = (measures: readonly AnswerMeasure[]): string => {
  const figure = (value: number): string => `${Math.round(value)} ms`
  return [
    '',
    'From the SCIM answer to the effect on the platform, unloaded, on one machine (goal: 1 s)',
    '',
    aligned([
      ['', 'p50', 'p95', 'longest'],
      ...measures.map(({ what, times }) => [
        what,
        figure(share(times, 0.5)),
        figure(share(times, 0.95)),
        figure(Math.max(...times)),
      ]),
    ]),
    '',
  ].join('\n')
}
