import { isConnectorError } from '../core/errors.ts'
import { type CommunityId, earlier, type Instant, later, milliseconds } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { personKey } from '../core/plan-scene.ts'
import type { StandingEntry } from '../core/ports/access.ts'
import type { Work } from '../core/work.ts'
import { type Access, noAccess, readAccess } from './access.ts'
import type { SignInDeps } from './login-deps.ts'
import { inParallel } from './parallel.ts'

const lanes = 8
/** Seconds: a platform answers in some tenths of one. */
const firstPause = 0.1
const longestPause = 0.5
/** Waiting logins of a community that are looked through for one; behind more of them nobody waits in vain for long. */
const lookedThrough = 100

const accessOf = async (deps: SignInDeps, member: Member): Promise<Access> => {
  const found = await readAccess(deps, member.connection, [member])
  return found.get(member.id) ?? noAccess
}

/** A worker that nobody woke is woken by the sweep: that only takes longer. */
const wake = async ({ wakeUps, log }: SignInDeps, { community, token }: Work): Promise<void> => {
  try {
    await wakeUps.wake(community, token)
  } catch (error) {
    log.warn('login not announced', { community, code: isConnectorError(error) ? error.code : 'internal' })
  }
}

/** Before all other work but departures. */
const queue = async (
  deps: SignInDeps,
  { connection, id: member }: Member,
  communities: readonly CommunityId[],
  since: Instant,
): Promise<readonly Work[]> => {
  const added = await deps.work.add(
    communities.map((community) => ({
      community,
      priority: 'login',
      subject: { kind: 'member', connection, member },
      since,
    })),
  )
  await inParallel(added, lanes, (work) => wake(deps, work))
  return added
}

/** Done, or tried and put off: nothing more comes of waiting. */
const isOver = async (deps: SignInDeps, { community, subject }: Work): Promise<boolean> => {
  const soon = later(deps.clock.now(), 60)
  const waiting = await deps.work.overdue(community, 'login', soon, lookedThrough)
  const own = waiting.find(
    (one) =>
      one.subject.kind === 'member' &&
      subject.kind === 'member' &&
      personKey(one.subject) === personKey(subject),
  )
  return own === undefined ? waiting.length < lookedThrough : own.attempts > 0
}

/** A store that cannot answer for a moment ends no wait: it is asked again anyway. */
const notKnown = (error: unknown): false => {
  if (isConnectorError(error, 'storeThrottled', 'storeConflict', 'storeUnavailable')) return false
  throw error
}

/** Looks again and again, after pauses that grow, until all of it is over or it is late. */
const waitFor = async (deps: SignInDeps, added: readonly Work[], until: Instant): Promise<void> => {
  let open = added
  let pause = firstPause
  while (open.length > 0) {
    const now = deps.clock.now()
    if (now >= until) return
    const next = earlier(later(now, pause), until)
    await deps.clock.sleep((milliseconds(next) - milliseconds(now)) / 1000)
    pause = Math.min(longestPause, pause * 1.5)
    const over = await inParallel(open, lanes, (work) => isOver(deps, work).catch(notKnown))
    open = open.filter((_, place) => over[place] !== true)
  }
}

const told = ({ entries, withheld }: Access): readonly StandingEntry[] => [...entries, ...withheld]

/**
 * How somebody stands. Where everything is in place, or waits for a person to decide, nothing is queued and nobody waits; else their work is put in
 * front, and waited for. Whatever is not done by then is pending, and goes on without them.
 */
export const bringUp = async (
  deps: SignInDeps,
  member: Member,
  since: Instant,
  until: Instant,
): Promise<readonly StandingEntry[]> => {
  const before = await accessOf(deps, member)
  if (before.unsettled.length === 0) return told(before)
  await waitFor(deps, await queue(deps, member, before.unsettled, since), until)
  return told(await accessOf(deps, member))
}
