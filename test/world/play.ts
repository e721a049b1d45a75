import type { Due } from '../../lib/core/work.ts'
import type { Command, Delivery, Trouble } from './commands.ts'
import { findings, forgotten } from './invariants.ts'
import { calm, communityIds, drain, reconcileAll } from './rest.ts'
import { type Draft, firstDraft, groups, type Place, placeIds, places } from './scene.ts'
import { openTown, type Town } from './town.ts'
import type { Worker } from './workers.ts'

/** Plays a history: each command on the town, and what must hold after it. */

/** A write the directory did not acknowledge, because the store was in trouble, was not wished. */
const unacknowledged = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('store')

const deliver = async (town: Town, how: Delivery): Promise<void> => {
  switch (how) {
    case 'never':
      if (town.pending.splice(0).length > 0) town.note('lost record')
      return
    case 'late':
      if (town.pending.length > 0) town.note('late record')
      return
    case 'now':
    case 'twice': {
      const due: readonly Due[] = town.pending.splice(0)
      if (due.length === 0) return
      if (how === 'twice' && due.length > 1) town.note('doubled and reordered records')
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
    case 'login': {
      const names = [...new Set(command.groups.flatMap((index) => groups[index]?.name ?? []))]
      const says = command.shows === 'present' ? { kind: 'present' as const, names } : { kind: command.shows }
      return people.login(command.who, says, command)
    }
    case 'renameGroup':
      return people.renameGroup(command.group, command.other)
    case 'nest':
      return people.nest(command.group, command.inner, command.inside)
    case 'dropGroup':
      return people.dropGroup(command.group)
    case 'makeGroup':
      return people.makeGroup(command.group, command.members)
  }
}

const arrange = (town: Town, worker: Worker, trouble: Trouble | null): void => {
  if (trouble === null) return
  worker.fate.after(trouble.at, async () => {
    town.note(trouble.kind)
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
  if (command.crashAt !== null)
    worker.fate.after(command.crashAt, async () => {
      town.note('crash of a sweep')
      worker.fate.die()
    })
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
    if (town.chance() >= probability) return
    town.note('unknown end')
    throw new Error('nobody knows')
  }
  town.standing.storeTrouble = true
  town.engine.inject(
    fault === 'unknownEnd' ? { afterCommit } : { seed: percent, rules: [{ fault, probability }] },
  )
}

const hand = (town: Town, { place, edit, who }: Omit<Command & { kind: 'hand' }, 'kind'>): void => {
  const person = town.people.at(who)
  const [seat] = person === undefined ? [] : town.watch.seatsOf(place, person, town.views(place))
  town.watch.byHand(place, () => void town.hands[place](edit, seat, who))
}

/** An operator's push whose second half failed is made good by the schedule. */
const announce = async (town: Town): Promise<void> => {
  town.standing.unannounced = true
  await town.worker(0).reconciliation.request()
  town.standing.unannounced = false
}
const push = (town: Town, what: Partial<Draft>): Promise<void> => {
  town.push({ ...town.draft(), ...what })
  return announce(town)
}

const byOperator = { by: 'operator', reason: 'seen' } as const
const quarantine = async (town: Town, place: Place): Promise<void> => {
  town.quarantined.set(place, town.quarantined.get(place) ?? 'perhaps')
  await town.worker(0).quarantine.impose(placeIds[place], byOperator)
  town.quarantined.set(place, 'surely')
}
const release = async (town: Town, place: Place): Promise<void> => {
  if (!town.quarantined.has(place)) return
  town.quarantined.set(place, 'perhaps')
  const { deps, quarantine: desk } = town.worker(0)
  if ((await deps.quarantine.quarantine(placeIds[place])) !== undefined)
    await desk.release(placeIds[place], byOperator)
  else await announce(town)
  town.quarantined.delete(place)
}

const undo = async (town: Town, place: Place, who: number): Promise<void> => {
  calm(town)
  for (let round = 0; round < 6; round++) {
    hand(town, { place, edit: 'takeRole', who })
    await announce(town)
    await drain(town)
  }
}

const operate = async (town: Town, command: Command): Promise<void> => {
  switch (command.kind) {
    case 'hand':
      return hand(town, command)
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
      if (town.queue.splice(0).length > 0) town.note('lost wake-up')
      return
    case 'reconcile':
      return announce(town)
    case 'misspell': {
      const others = town.draft().misspelt.filter((rule) => rule !== command.rule)
      return push(town, { misspelt: command.wrong ? [...others, command.rule] : others })
    }
    case 'contents':
      return push(town, { contents: command.contents })
    case 'mode':
      return push(town, { modes: { ...town.draft().modes, [command.place]: command.mode } })
    case 'whileHeld':
      return push(town, { whileHeld: command.how })
    case 'required':
      return push(town, { required: command.on })
    case 'quarantine':
      return quarantine(town, command.place)
    case 'release':
      return release(town, command.place)
    case 'undo':
      return undo(town, command.place, command.who)
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
  if (town.standing.unannounced) await announce(town)
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
  demand(town, await forgotten(town))
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
  counts: Map<string, number> = new Map(),
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
    calm(town)
    for (const place of places) await release(town, place)
    const { modes } = firstDraft
    if (places.some((place) => town.draft().modes[place] !== 'enforce')) await push(town, { modes })
    await rest(town, true)
    await consentToAll(town)
    for (const [what, times] of town.counts) counts.set(what, (counts.get(what) ?? 0) + times)
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
