import type { AuditEntry } from '../core/audit.ts'
import { unreachable } from '../core/errors.ts'
import { auditKey, auditPartition } from './keys.ts'
import { expiry, withRecord } from './records.ts'
import type { Item } from './table-client.ts'

/** Under whom an entry is found again. A change counts for its community and for its member. */
const partitionsOf = ({ event, connection }: AuditEntry): readonly string[] => {
  switch (event.kind) {
    case 'memberCreated':
    case 'memberUpdated':
    case 'memberRestored':
    case 'memberDeleted':
    case 'groupJoined':
    case 'groupLeft':
    case 'loginShown':
    case 'identityUnlinked':
      return [auditPartition('member', event.member, connection)]
    case 'groupCreated':
    case 'groupUpdated':
    case 'groupDeleted':
    case 'membersChanged':
    case 'groupNested':
    case 'groupUnnested':
      return [auditPartition('group', event.group, connection)]
    case 'changeIntended':
    case 'changeApplied':
    case 'changeFailed':
      return [
        auditPartition('community', event.community),
        ...(event.member === undefined ? [] : [auditPartition('member', event.member, connection)]),
      ]
    case 'accountAdopted':
      return [
        auditPartition('community', event.community),
        auditPartition('member', event.member, connection),
      ]
    case 'accountTakenOver':
      return [
        auditPartition('community', event.community),
        auditPartition('member', event.member, connection),
        auditPartition('member', event.from.member, event.from.connection),
      ]
    case 'quarantined':
    case 'released':
    case 'held':
    case 'approved':
    case 'rejected':
    case 'planAsked':
      return [auditPartition('community', event.community)]
    case 'loginRefused':
      return event.member === undefined
        ? [auditPartition('system', 'logins', connection)]
        : [auditPartition('member', event.member, connection)]
    case 'certificateTrusted':
    case 'certificateGone':
    case 'certificateRevoked':
      return [auditPartition('system', 'trust', connection)]
    case 'configurationPushed':
    case 'configurationRolledBack':
      return [auditPartition('system', 'configuration')]
    case 'credentialCreated':
    case 'credentialRevoked':
      return [auditPartition('system', 'credentials', connection)]
    default:
      return unreachable(event)
  }
}

/** `unique` tells entries of one request apart: an audit row is never overwritten. */
export const auditItems = (entry: AuditEntry, unique: string, keptFor: number): readonly Item[] =>
  partitionsOf(entry).map((partition) => ({
    ...withRecord(auditKey(partition, entry.at, entry.requestId, unique), entry),
    expiresAt: expiry(entry.at, keptFor),
  }))
