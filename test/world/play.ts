import type { Due } from '../../lib/core/work.ts'
import type { Command, Delivery, Trouble } from './commands.ts'
import { findings } from './invariants.ts'
import { calm, communityIds, drain, reconcileAll } from './rest.ts'
import { type Place, placeIds, places } from './scene.ts'
import { openTown, type Town } from './town.ts'
import type { Worker } from './workers.ts'

/** Plays a history: each command on the town, and what must hold after it. */

/** A write the directory did not acknowledge, because the store was in trouble, was not wished. */
const unacknowledged = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('store')

const deliver = async (town: Town, how: Delivery): Promise<void> => {
  switch (how) {
    case 'never':
      town.pending.splice(0)
      return
    case 'late':
      return
    case 'now':
    case 'twice': {
      const due: readonly Due[] = town.pending.splice(0)
      if (due.length === 0) return
      const { dispatcher } = town.worker(0)
      await dispatcher.dispatch(how === 'twice' ? due.toReversed() : due).catch(() => undefined)
      if (how === 'twice')
        await town
          .worker(1)
          .dispatcher.dispatch(due)
          .catch(() => undefined)
    }
  }
}

const provide = async (town: Town, command: Command): Promise<void> => {
  const { people } = town
  switch (command.kind) {
    case 'join':
      await people.join(command.who)
      for (const group of command.groups) await people.enter(command.who, group)
      return
    case 'leave':
      return command.how === 'delete' ? people.remove(command.who) : people.setActive(command.who, false)
    case 'back':
      return people.setActive(command.who, true)
    case 'backAsAnother':
      return people.comeBackAs(command.who)
    case 'enter':
      return people.enter(command.who, command.group)
    case 'quit':
      return people.quit(command.who, command.group)
    case 'rename':
      return people.rename(command.who, command.what)
    case 'renameGroup':
      return people.renameGroup(command.group, command.other)
    case 'dropGroup':
      return people.dropGroup(command.group)
    case 'makeGroup':
      return people.makeGroup(command.group, command.members)
  }
}

const arrange = (town: Town, worker: Worker, trouble: Trouble | null): void => {
  if (trouble === null) return
  worker.fate.after(trouble.at, async () => {
    if (trouble.kind === 'crash') return worker.fate.die()
    town.clock.advance(trouble.seconds)
    const other = town.worker(town.worker(0) === worker ? 1 : 0)
    await other.dispatcher.sweep().catch(() => undefined)
    for (const community of communityIds) await other.run(community, 600).catch(() => undefined)
  })
}

const work = async (town: Town, command: Command & { kind: 'work' }): Promise<void> => {
  const worker = town.worker(command.worker)
  const community = placeIds[command.place]
  const at = town.queue.indexOf(community)
  if (at >= 0) town.queue.splice(at, 1)
  arrange(town, worker, command.trouble)
  await worker.run(community, command.seconds).catch(() => undefined)
  worker.fate.never()
}

const sweep = async (town: Town, command: Command & { kind: 'sweep' }): Promise<void> => {
  const worker = town.worker(command.worker)
  if (command.crashAt !== null) worker.fate.after(command.crashAt, async () => worker.fate.die())
  await worker.dispatcher.sweep().catch(() => undefined)
  worker.fate.never()
}

const decide = async (town: Town, place: Place, how: 'approve' | 'reject'): Promise<void> => {
  const { desk, deps } = town.worker(0)
  const community = placeIds[place]
  const hold = await deps.safety.hold(community)
  if (hold === undefined) return
  const decision = { community, digest: hold.digest, by: 'operator', reason: 'seen' }
  if (how === 'reject') return void (await desk.reject(decision))
  for (const { change } of hold.held)
    if ('subject' in change && change.subject.account !== undefined)
      town.watch.consent(place, change.subject.account)
  await desk.approve(decision)
}

const troubleStore = (town: Town, { fault, percent }: Command & { kind: 'storeTrouble' }): void => {
  const probability = percent / 100
  const afterCommit = (): void => {
    if (town.chance() < probability) throw new Error('nobody knows')
  }
  town.engine.inject(
    fault === 'unknownEnd' ? { afterCommit } : { seed: percent, rules: [{ fault, probability }] },
  )
}

const operate = async (town: Town, command: Command): Promise<void> => {
  switch (command.kind) {
    case 'hand': {
      const person = town.people.at(command.who)
      const view = town.views(command.place)
      const [seat] = person === undefined ? [] : town.watch.seatsOf(command.place, person, view)
      return town.watch.byHand(
        command.place,
        () => void town.hands[command.place](command.edit, seat, command.who),
      )
    }
    case 'outage':
      return void town.outages.set(command.platform, {
        kind: command.how,
        until: town.now() + command.minutes * 60_000,
      })
    case 'storeTrouble':
      return troubleStore(town, command)
    case 'calm':
      return calm(town)
    case 'work':
      return work(town, command)
    case 'together':
      return void (await Promise.all([
        town.worker(0).run(placeIds[command.first], 600),
        town.worker(1).run(placeIds[command.second], 600),
      ]))
    case 'sweep':
      return sweep(town, command)
    case 'loseWakeUps':
      return void town.queue.splice(0)
    case 'reconcile':
      return void (await town.worker(0).reconciliation.request())
    case 'misspell': {
      const others = town.draft().misspelt.filter((rule) => rule !== command.rule)
      town.push({ ...town.draft(), misspelt: command.wrong ? [...others, command.rule] : others })
      return void (await town.worker(0).reconciliation.request())
    }
    case 'contents':
      town.push({ ...town.draft(), contents: command.contents })
      return void (await town.worker(0).reconciliation.request())
    case 'decide':
      return decide(town, command.place, command.how)
    case 'pass':
      return town.clock.advance(command.minutes * 60)
    case 'rest':
      return rest(town, command.everybody)
  }
}

const demand = (town: Town, found: readonly string[]): void => {
  const all = [...town.watch.violations(), ...found]
  if (all.length > 0) throw new Error(all.join('\n'))
}

/** Everything works again: what was wished is there, or somebody can see why not. */
const rest = async (town: Town, everybody: boolean): Promise<void> => {
  calm(town)
  await drain(town)
  demand(town, await findings(town, false))
  if (!everybody) return
  await reconcileAll(town)
  demand(town, await findings(town, true))
}

const step = async (town: Town, command: Command): Promise<void> => {
  if ('stream' in command) {
    try {
      await provide(town, command)
    } catch (thrown) {
      if (!unacknowledged(thrown)) throw thrown
      await town.people.recall()
    }
    await deliver(town, command.stream)
  } else
    try {
      await operate(town, command)
    } catch (thrown) {
      // An operator's command fails like any other while the store is in trouble.
      if (!unacknowledged(thrown)) throw thrown
    }
  demand(town, [])
}

const settlers: readonly Command[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(
    (group): Command => ({ kind: 'makeGroup', group, members: [], stream: 'now' }),
  ),
  { kind: 'join', who: 0, groups: [2], stream: 'now' },
  { kind: 'join', who: 1, groups: [0], stream: 'now' },
  { kind: 'join', who: 2, groups: [1, 4], stream: 'now' },
  { kind: 'join', who: 3, groups: [3], stream: 'now' },
  { kind: 'join', who: 4, groups: [5], stream: 'now' },
  { kind: 'join', who: 9, groups: [6], stream: 'now' },
  { kind: 'join', who: 10, groups: [7], stream: 'now' },
]

/** `watcher` sees the town after each command: for people who look for the cause of a failure. */
export const play = async (
  commands: readonly Command[],
  seed = 1,
  watcher: (town: Town, index: number, command: Command) => Promise<void> = async () => {},
): Promise<void> => {
  const town = await openTown(seed)
  try {
    for (const command of settlers) await step(town, command)
    await drain(town)
    demand(town, await findings(town, false))
    for (const [index, command] of commands.entries())
      try {
        await step(town, command)
        await watcher(town, index, command)
      } catch (thrown) {
        throw new Error(
          `after ${index + 1}. ${JSON.stringify(command)}\n${String(thrown instanceof Error ? thrown.message : thrown)}`,
          { cause: thrown },
        )
      }
    await rest(town, true)
    await consentToAll(town)
  } finally {
    await town.close()
  }
}

/** In the end somebody says yes to everything: then nothing is left that waits for a person. */
const consentToAll = async (town: Town): Promise<void> => {
  for (let round = 0; round < 4; round++) {
    const holds = await town.worker(0).deps.safety.holds()
    if (holds.length === 0) return
    for (const place of places) await decide(town, place, 'approve')
    await rest(town, true)
  }
}
