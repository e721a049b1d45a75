import type { OperatorEvent } from '../core/events.ts'
import type { Ids } from '../core/ports/clock.ts'
import { type EventOutbox, unaddressed } from '../core/ports/events.ts'
import type { Events } from '../core/ports/runs.ts'
import { type Receiver, wants } from './receivers.ts'

export type OutgoingDeps = {
  readonly ids: Pick<Ids, 'ordered'>
  readonly outbox: Pick<EventOutbox, 'append'>
  /** Told first, whoever else listens: log and metrics. */
  readonly told: Events
  /** Absent: not known here. */
  readonly receivers?: () => Promise<readonly Receiver[]>
}
export type OutgoingEvents = Events & {
  /** Receivers with something new since this was last asked. */
  readonly fresh: () => readonly string[]
}

/** Who wants it; nobody at all costs nothing. What cannot be found out now is left to the sweep rather than lost. */
const addresses = async (
  { receivers }: Pick<OutgoingDeps, 'receivers'>,
  event: OperatorEvent,
): Promise<readonly string[]> => {
  if (receivers === undefined) return [unaddressed]
  try {
    return (await receivers()).filter((one) => wants(one, event.type)).map(({ name }) => name)
  } catch {
    return [unaddressed]
  }
}

/** Resolves when the event is in the outbox of everybody who wants it: what the caller does next is not done before. */
export const createOutgoingEvents = (deps: OutgoingDeps): OutgoingEvents => {
  const appended = new Set<string>()
  return {
    emit: async (event) => {
      await deps.told.emit(event)
      const names = await addresses(deps, event)
      if (names.length === 0) return
      const id = deps.ids.ordered()
      try {
        await deps.outbox.append(names.map((receiver) => ({ id, receiver, event, attempts: 0 })))
      } catch (error) {
        // It tells of the very fault that keeps it from being written; log and metric have it.
        if (event.type === 'run.failed') return
        throw error
      }
      for (const name of names) appended.add(name)
    },
    fresh: () => {
      const names = [...appended]
      appended.clear()
      return names
    },
  }
}
