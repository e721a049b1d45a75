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
}

/** Operator events as log lines and metrics: where they go from there is the operator's subscription. */
export const createEvents = (logger: Logger, count: Count): Events => ({
  emit: async (event) => {
    logger.warn(event.type, { ...event })
    count(
      metricOf[event.type],
      1,
      'community' in event ? { community: event.community } : { connection: event.connection },
    )
  },
})
