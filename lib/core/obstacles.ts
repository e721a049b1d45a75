import type { Mode } from './configuration.ts'
import { describe, describeHoldReason } from './describe.ts'
import { unreachable } from './errors.ts'
import type { Instant } from './ids.ts'
import type { Change, Person } from './plan.ts'
import { personKey } from './plan-scene.ts'
import type { Pause } from './ports/pauses.ts'
import type { Quarantine } from './ports/runs.ts'
import type { Hold, HoldReason } from './verdict.ts'
import type { Outcome } from './work.ts'

/** What keeps things from being as wished, from stored facts. */
export type Obstacle =
  /** The configuration knows the community no longer: nothing there is changed. */
  | { readonly kind: 'notConfigured' }
  | { readonly kind: 'quarantined'; readonly since: Instant; readonly reason: string }
  | { readonly kind: 'mode'; readonly mode: Exclude<Mode, 'enforce'> }
  /** The platform cannot be reached. */
  | ({ readonly kind: 'paused' } & Pick<Pause, 'since' | 'at' | 'code' | 'detail'>)
  | {
      readonly kind: 'held'
      readonly since: Instant
      readonly digest: string
      readonly state: Hold['state']
      readonly change: Change
      readonly reason: HoldReason
    }
  /** What the last look at the person came to. */
  | {
      readonly kind: 'outcome'
      readonly since: Instant
      readonly state: Outcome['state']
      readonly detail: string
    }

/** What is known of a community beside its members. */
export type CommunityFacts = {
  /** Absent: not configured. */
  readonly mode?: Mode | undefined
  readonly quarantine?: Quarantine | undefined
  readonly pause?: Pause | undefined
  readonly hold?: Hold | undefined
}

/** In the way of whatever is to change there. `taking`: it takes something away. */
export const communityObstacles = (
  { mode, quarantine, pause }: CommunityFacts,
  taking: boolean,
): readonly Obstacle[] => [
  ...(mode === undefined ? [{ kind: 'notConfigured' } as const] : []),
  ...(quarantine === undefined
    ? []
    : [{ kind: 'quarantined', since: quarantine.since, reason: quarantine.reason } as const]),
  ...(mode === 'report' || (mode === 'upsertOnly' && taking) ? [{ kind: 'mode', mode } as const] : []),
  ...(pause === undefined
    ? []
    : [
        {
          kind: 'paused',
          since: pause.since,
          at: pause.at,
          code: pause.code,
          detail: pause.detail,
        } as const,
      ]),
]

export const heldObstacles = (
  { hold }: CommunityFacts,
  person: Person,
  concerns: (change: Change) => boolean,
): readonly Obstacle[] => {
  if (hold === undefined) return []
  const { since, digest, state } = hold
  return hold.held
    .filter(
      ({ change }) =>
        'subject' in change && personKey(change.subject) === personKey(person) && concerns(change),
    )
    .map(({ change, reason }) => ({ kind: 'held', since, digest, state, change, reason }))
}

/** Without personal values; ends without a full stop. */
export const obstacleText = (obstacle: Obstacle): string => {
  switch (obstacle.kind) {
    case 'notConfigured':
      return 'the configuration knows this community no longer, so nothing there is changed; bring it back, or take the access away there'
    case 'quarantined':
      return `the community is quarantined since ${obstacle.since}: ${obstacle.reason}`
    case 'mode':
      return `the community is in mode ${obstacle.mode}: ${obstacle.mode === 'report' ? 'changes are shown, never made' : 'nothing is taken away'}`
    case 'paused':
      return `the platform cannot be reached since ${obstacle.since} (${obstacle.code}, last tried ${obstacle.at}): ${obstacle.detail}`
    case 'held':
      return `${obstacle.state === 'rejected' ? 'a person rejected it' : 'held'} since ${obstacle.since} (digest ${obstacle.digest.slice(0, 12)}): ${describe(obstacle.change)}: ${describeHoldReason(obstacle.reason)}`
    case 'outcome':
      return `last look ${obstacle.since}: ${obstacle.state}, ${obstacle.detail}`
    default:
      return unreachable(obstacle)
  }
}
