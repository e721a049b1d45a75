import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import { type Priority, priorities, type Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import type { Person } from './state.ts'

type RestDeps = Pick<Provisioning, 'clock' | 'work'>

/** Written in a few seconds. Of more, the others wait for the next look at everybody. */
const most = 5000

const priorityOf = (change: Change): Priority => {
  switch (change.kind) {
    case 'suspend':
    case 'remove':
      return change.reason === 'departed' ? 'departure' : 'revocation'
    case 'revoke':
      return change.replaced ? 'change' : 'revocation'
    case 'invite':
      return 'join'
    default:
      return 'change'
  }
}
const moreUrgentOf = (a: Priority, b: Priority): Priority =>
  priorities.indexOf(a) < priorities.indexOf(b) ? a : b

/** Whom changes are about, and how urgent they are for each. */
export const urgencies = (changes: readonly Change[]) => {
  const people = new Map<string, { readonly person: Person; readonly priority: Priority }>()
  for (const change of changes) {
    if (!('subject' in change)) continue
    const key = personKey(change.subject)
    const own = priorityOf(change)
    const priority = moreUrgentOf(own, people.get(key)?.priority ?? own)
    people.set(key, { person: change.subject, priority })
  }
  return [...people.values()]
}

/** A look at everybody that was put aside is to be had at once again. */
export const backInPlace = async (
  deps: RestDeps,
  community: Work['community'],
  wide: readonly Work[],
): Promise<void> => {
  if (wide.length === 0) return
  await deps.work.add(wide.map(({ priority, subject, since }) => ({ community, priority, subject, since })))
  await deps.work.finish(wide)
}

/**
 * What a look at everybody wanted and did not come to becomes work of each person, by its urgency: nobody reads the whole community again for it. Roles
 * that are still to be made, and more people than can be put down in a moment, need that all the same.
 */
export const spread = async (
  deps: RestDeps,
  community: Work['community'],
  wide: readonly Work[],
  skipped: readonly Change[],
): Promise<void> => {
  if (wide.length === 0) return
  const since = deps.clock.now()
  const people = urgencies(skipped)
  const rolesLeft = skipped.some(({ kind }) => kind === 'createRole' || kind === 'repairRole')
  if (rolesLeft) return backInPlace(deps, community, wide)
  await deps.work.add(
    people.slice(0, most).map(({ person: { connection, member }, priority }) => {
      return { community, priority, subject: { kind: 'member', connection, member }, since }
    }),
  )
  // The others' look stays put aside: it is not taken up before these.
  if (people.length <= most) await deps.work.finish(wide)
}
