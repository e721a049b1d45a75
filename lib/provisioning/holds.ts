import type { AuditEvent } from '../core/audit.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import { type CommunityId, later } from '../core/ids.ts'
import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { WorkDraft } from '../core/ports/work.ts'
import type { Approval, Hold } from '../core/verdict.ts'
import type { Provisioning } from './deps.ts'
import { wholeLook } from './reconcile.ts'

export type Decision = {
  readonly community: CommunityId
  /** What the person saw, whole or its first twelve characters at least; absent: whatever is held now. */
  readonly digest?: string
  /** A label of the operator. */
  readonly by: string
  readonly reason: string
}
export type HoldDesk = {
  readonly list: () => Promise<readonly Hold[]>
  /** Consent to exactly the changes of the digest, each once, within a day; their members are looked at at once. */
  readonly approve: (decision: Decision) => Promise<Approval>
  /** Held on, and silent until the set changes. */
  readonly reject: (decision: Decision) => Promise<Hold>
}
type HoldDeps = Pick<
  Provisioning,
  'clock' | 'ids' | 'safety' | 'audit' | 'work' | 'wakeUps' | 'events' | 'configuration'
>

const approvalSeconds = 24 * 3600
const digestPrefix = 12
/** Beyond this a look at the whole community is less work than one per member. */
const manyPeople = 200

const workAfter = (
  community: CommunityId,
  held: readonly Change[],
  since: Approval['at'],
): readonly WorkDraft[] => {
  const people = new Map(
    held.flatMap((one) => ('subject' in one ? [[personKey(one.subject), one] as const] : [])),
  )
  const whole = people.size > manyPeople || held.some((one) => !('subject' in one))
  if (whole) return [wholeLook(community, since)]
  return [...people.values()].map(({ subject: { connection, member }, ...change }) => ({
    community,
    priority: change.kind === 'suspend' || change.kind === 'remove' ? 'departure' : 'revocation',
    subject: { kind: 'member', connection, member },
    since,
  }))
}

const wrongDigest = (hold: Hold, given: string): ConnectorError =>
  new ConnectorError(
    'versionMismatch',
    `digest ${given.slice(0, digestPrefix)} is not what is held in ${hold.community} now (${hold.digest.slice(0, digestPrefix)}); list the holds and decide again`,
    { field: 'digest' },
  )

/** Others whose changes waited with the hold: nobody remembers which. */
const waitedWith = async (
  { configuration }: HoldDeps,
  community: CommunityId,
  since: Approval['at'],
): Promise<readonly WorkDraft[]> => {
  try {
    const { communities } = await configuration()
    const safety = communities.find(({ id }) => id === community)?.safety
    return safety === undefined || safety.whileHeld === 'goOn' ? [] : [wholeLook(community, since)]
  } catch (error) {
    // What is decided stands; without a configuration nobody waits for anything.
    if (isConnectorError(error, 'configurationMissing', 'configurationInvalid')) return []
    throw error
  }
}

export const createHoldDesk = (deps: HoldDeps): HoldDesk => {
  const held = async ({ community, digest }: Decision): Promise<Hold> => {
    const hold = await deps.safety.hold(community)
    if (hold === undefined)
      throw new ConnectorError(
        'notFound',
        `nothing is held in ${community}; list what is held with npx rolecall holds`,
        { field: 'community' },
      )
    if (digest !== undefined && (digest.length < digestPrefix || !hold.digest.startsWith(digest)))
      throw wrongDigest(hold, digest)
    return hold
  }
  /** Before it takes effect: one that came too late is followed by the news of the hold that took its place. */
  const note = async ({ by, reason }: Decision, kind: 'approved' | 'rejected', hold: Hold): Promise<void> => {
    const { community, digest } = hold
    const changes = hold.held.length
    const event: AuditEvent = { kind, community, digest, changes, reason }
    const at = deps.clock.now()
    const actor = { kind: 'operator', label: by } as const
    await deps.audit.append([{ at, requestId: deps.ids.uuid(), actor, event }])
    await deps.events.emit({ type: 'hold.decided', community, at, digest, decision: kind, changes })
  }

  const lookSoon = async (community: CommunityId, drafts: readonly WorkDraft[]): Promise<void> => {
    if (drafts.length === 0) return
    const added = await deps.work.add(drafts)
    await deps.wakeUps.wake(community, added[0]?.token ?? deps.ids.ordered())
  }

  return {
    list: () => deps.safety.holds(),
    approve: async (decision) => {
      const hold = await held(decision)
      const { community, digest } = hold
      const at = deps.clock.now()
      const { by, reason } = decision
      const changes = hold.held.map(({ change }) => change.id)
      const expiresAt = later(at, approvalSeconds)
      const approval: Approval = { community, digest, changes, by, reason, at, expiresAt }
      // The trail first: an approval nobody can find again would be worse than one that was noted and came too late.
      await note(decision, 'approved', hold)
      if ((await deps.safety.approve(approval)) === 'stale') throw wrongDigest(hold, digest)
      const decided = workAfter(
        community,
        hold.held.map(({ change }) => change),
        at,
      )
      await lookSoon(community, [...decided, ...(await waitedWith(deps, community, at))])
      return approval
    },
    reject: async (decision) => {
      const hold = await held(decision)
      const rejected: Hold = {
        ...hold,
        state: 'rejected',
        decidedBy: decision.by,
        decidedAt: deps.clock.now(),
      }
      await note(decision, 'rejected', hold)
      if ((await deps.safety.saveHold(rejected)) === 'stale') throw wrongDigest(hold, hold.digest)
      await lookSoon(hold.community, await waitedWith(deps, hold.community, deps.clock.now()))
      return rejected
    },
  }
}
