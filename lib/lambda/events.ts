import type { Logger } from '@aws-lambda-powertools/logger'
import type { OperatorEvent } from '../core/events.ts'
import type { Events } from '../core/ports/runs.ts'
import type { Count } from './metrics.ts'

/** Names of the metrics alarms are set on. */
const metricOf: Readonly<Record<OperatorEvent['type'], string>> = {
  'plan.held': 'PlanHeld',
  'change.failed': 'ChangeFailed',
  'run.failed': 'RunFailed',
  'credential.expiring': 'CredentialExpiring',
  'access.remains': 'AccessRemains',
  'drift.found': 'DriftFound',
  'drift.flapping': 'DriftFlapping',
  'departure.overdue': 'DepartureOverdue',
  'problem.found': 'ProblemFound',
  'hold.decided': 'HoldDecided',
  'change.applied': 'ChangeApplied',
  'community.quarantined': 'CommunityQuarantined',
  'community.released': 'CommunityReleased',
  'members.unmentioned': 'MembersUnmentioned',
  'certificate.trusted': 'CertificateTrusted',
  'certificate.gone': 'CertificateGone',
  'certificate.revoked': 'CertificateRevoked',
  'metadata.failed': 'MetadataFailed',
}

/** What went as it should is no warning. */
const quiet: ReadonlySet<OperatorEvent['type']> = new Set([
  'change.applied',
  'hold.decided',
  'community.released',
])

/** Operator events as log lines and metrics. */
export const createEvents = (logger: Logger, count: Count): Events => ({
  emit: async (event) => {
    logger[quiet.has(event.type) ? 'info' : 'warn'](event.type, { ...event })
    count(
      metricOf[event.type],
      1,
      'community' in event ? { community: event.community } : { connection: event.connection },
    )
  },
})

/** Of the delivery of events, as `lib/events` tells it. */
export type Undelivered = {
  readonly kind: 'dropped' | 'gone' | 'failing'
  readonly receiver: string
  readonly code?: string
  readonly count?: number
  readonly failures?: number
}

export const createUndelivered =
  (logger: Logger, count: Count) =>
  (news: Undelivered): void => {
    const { kind, receiver } = news
    logger[kind === 'failing' ? 'warn' : 'error'](`event delivery: ${kind}`, news)
    if (kind === 'dropped') count('EventDropped', news.count ?? 1, { receiver })
    else count(kind === 'gone' ? 'EventReceiverGone' : 'EventDeliveryFailed', 1, { receiver })
  }
