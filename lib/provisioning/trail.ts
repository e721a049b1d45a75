import type { AuditEntry, AuditEvent } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import type { OperatorEvent } from '../core/events.ts'
import type { CommunityId, ConnectionId, Instant, RoleId } from '../core/ids.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Change } from '../core/plan.ts'
import type { Confirmation } from './confirm.ts'

/** Stamp of one run in one community. */
export type Run = { readonly community: CommunityId; readonly runId: string; readonly at: Instant }

type Noted = {
  readonly change: Change
  readonly before: Ownership | undefined
  readonly after: Ownership | undefined
  readonly error?: ConnectorError
}

/** Without what is only written ahead, or kept for somebody's coming back: it is not there. */
const rolesIn = (ownership: Ownership | undefined): readonly RoleId[] =>
  (ownership?.grants ?? []).filter(({ unconfirmed }) => unconfirmed !== true).map(({ role }) => role)

const suspendedIn = (ownership: Ownership | undefined): Pick<ChangeEvent, 'suspended'> =>
  ownership?.suspended === undefined || ownership.suspended.unconfirmed === true
    ? {}
    : { suspended: ownership.suspended.reason }

const rulesBehind = (change: Change): readonly string[] => {
  const grants = change.kind === 'grant' ? [change.grant] : change.kind === 'invite' ? change.roles : []
  return [...new Set(grants.flatMap(({ because }) => because.map(({ rule }): string => rule)))]
}

type EntryOf<Event extends AuditEvent> = AuditEntry & { readonly event: Event }
type ChangeEvent = Extract<AuditEvent, { readonly kind: 'changeApplied' | 'changeFailed' }>

const entry = <Event extends AuditEvent>(
  run: Run,
  connection: ConnectionId | undefined,
  event: Event,
): EntryOf<Event> => ({
  at: run.at,
  requestId: run.runId,
  actor: { kind: 'system', part: 'provision' },
  ...(connection === undefined ? {} : { connection }),
  event,
})

export const takeoverOf = (
  { connection, member, account, grants }: Ownership,
  next: Ownership,
): Extract<AuditEvent, { readonly kind: 'accountTakenOver' }> => {
  if (account === undefined) throw new ConnectorError('internal', 'there is no account to take over')
  return {
    kind: 'accountTakenOver',
    community: next.community,
    member: next.member,
    account,
    from: { connection, member },
    roles: grants.map(({ role }) => role),
  }
}

/** One change, about to be carried out. */
export const notedAhead = (run: Run, change: Change): AuditEntry => {
  const subject = 'subject' in change ? change.subject : undefined
  return entry(run, subject?.connection, {
    kind: 'changeIntended',
    community: run.community,
    change: change.id,
    ...(subject === undefined ? {} : { member: subject.member }),
    ...(subject?.account === undefined ? {} : { account: subject.account }),
    because: rulesBehind(change),
  })
}

/** Whose record passes to whom, by the community's rules of adoption. */
export const notedTakeover = (run: Run, from: Ownership, next: Ownership): AuditEntry =>
  entry(run, next.connection, takeoverOf(from, next))

/** One change, carried out or failed. */
export const noted = (run: Run, { change, before, after, error }: Noted): EntryOf<ChangeEvent> => {
  const subject = 'subject' in change ? change.subject : undefined
  const account = after?.account ?? subject?.account
  return entry(run, subject?.connection, {
    kind: error === undefined ? 'changeApplied' : 'changeFailed',
    community: run.community,
    change: change.id,
    ...(subject === undefined ? {} : { member: subject.member }),
    ...(account === undefined ? {} : { account }),
    rolesBefore: rolesIn(before),
    rolesAfter: rolesIn(after),
    ...suspendedIn(after),
    because: rulesBehind(change),
    ...(error === undefined ? {} : { error: error.code }),
  })
}

/** What turned out to have been done by a run that died before it could put it down. */
export const notedLate = (
  run: Run,
  { before, after, changes }: Confirmation,
): readonly { readonly entry: EntryOf<ChangeEvent>; readonly change: Change['kind'] }[] => {
  const rules = before.grants.flatMap(({ because }) => because.map(({ rule }): string => rule))
  return changes.map(({ id, kind }) => ({
    change: kind,
    entry: entry(run, before.connection, {
      kind: 'changeApplied',
      community: run.community,
      change: id,
      member: before.member,
      ...(before.account === undefined ? {} : { account: before.account }),
      rolesBefore: rolesIn(before),
      rolesAfter: rolesIn(after),
      ...suspendedIn(after),
      because: [...new Set(rules)],
    }),
  }))
}

/** The same for whoever listens outside. */
export const appliedEvent = (
  { at, connection, event }: EntryOf<ChangeEvent>,
  kind: Change['kind'],
): OperatorEvent => {
  const { community, change, member, account } = event
  const person = connection === undefined || member === undefined ? {} : { person: { connection, member } }
  return {
    type: 'change.applied',
    community,
    at,
    change,
    kind,
    ...person,
    ...(account === undefined ? {} : { account }),
    rolesBefore: event.rolesBefore,
    rolesAfter: event.rolesAfter,
  }
}
