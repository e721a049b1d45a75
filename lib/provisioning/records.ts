import type { ConnectorError, ErrorCode } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { Ownership } from '../core/ownership.ts'
import { type KnownRoles, ownershipAfter, ownershipBefore } from '../core/ownership-after.ts'
import type { Change, ChangeId } from '../core/plan.ts'
import type { Applied } from '../core/ports/platform.ts'
import { endedRecord, roleOwnershipAfter, roleOwnershipBefore } from '../core/role-ownership-after.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { confirmations } from './confirm.ts'
import type { Provisioning } from './deps.ts'
import { type Ledger, openLedger } from './ledger.ts'
import type { State } from './state.ts'
import { appliedEvent, noted, notedAhead, notedLate, notedTakeover, type Run } from './trail.ts'

/** Our side of a change: what is ours, before and after, and the trail of it. */
export type Records = {
  readonly ahead: (change: Change, roles: KnownRoles) => Promise<void>
  readonly after: (change: Change, applied: Applied) => Promise<void>
  readonly failed: (change: Change, error: ConnectorError) => Promise<void>
  /** Puts down what turns out to have been done by a run that died. */
  readonly confirm: (snapshot: Snapshot) => Promise<void>
  /** As it stands now. */
  readonly ownership: () => readonly Ownership[]
}
type RecordsDeps = Pick<Provisioning, 'clock' | 'ownership' | 'audit' | 'events'>
type Desk = {
  readonly deps: RecordsDeps
  readonly ledger: Ledger
  readonly run: () => Run
  /** What stood before an announcement, by change. */
  readonly announced: Map<ChangeId, Ownership | undefined>
}

const takeOver = async ({ deps, ledger, run }: Desk, from: Ownership, next: Ownership): Promise<void> => {
  await deps.audit.append([notedTakeover(run(), from, next)])
  await ledger.transfer(from, next)
}

const ahead = async (
  { deps, ledger, run, announced }: Desk,
  change: Change,
  roles: KnownRoles,
): Promise<void> => {
  const { community, at: now } = run()
  // A forgotten record is nothing on the platform.
  if (change.kind !== 'forget' && change.kind !== 'forgetRole')
    await deps.audit.append([notedAhead(run(), change)])
  if (change.kind === 'createRole' || change.kind === 'repairRole') {
    const former =
      change.kind === 'repairRole' && change.takesOver ? ledger.role(change.takesOver) : undefined
    const next = roleOwnershipBefore({ community, owned: ledger.role(change.role.id), former, change, now })
    if (next !== undefined) await ledger.saveRole(next)
    return
  }
  const before = ledger.of(change)
  const from = change.kind === 'adopt' && change.from ? ledger.ofPerson(change.from) : undefined
  const next = ownershipBefore({ community, ownership: before, from, change, roles, now })
  if (next === undefined) return
  // Nothing of it is the platform's to refuse: it is not announced, it is done.
  if (from !== undefined) return takeOver({ deps, ledger, run, announced }, from, next)
  await ledger.save(next)
  announced.set(change.id, before)
}

/** The platform said no: nothing was done. After silence, or an answer that contradicts what was read back, nobody knows. */
const certainlyNot: readonly ErrorCode[] = [
  'platformRefused',
  'platformForbidden',
  'platformUnauthorized',
  'platformNotFound',
  'platformThrottled',
]

/** An announcement of something that was refused would give us a claim to what people do by hand afterwards. */
const takeBack = async (
  { ledger, announced }: Desk,
  change: Change,
  error: ConnectorError,
): Promise<void> => {
  if (!announced.has(change.id) || !certainlyNot.includes(error.code)) return
  // Clearing the expired invitation comes before sending the next: that much may have been done.
  if (change.kind === 'invite' && change.replaces !== undefined) return
  const [before, now] = [announced.get(change.id), ledger.of(change)]
  if (now === undefined) return
  if (before === undefined) await ledger.drop(now)
  else await ledger.save({ ...before, version: now.version })
}

/** The trail first, then the event, then the record: stopped in between, either may stand twice but is never missing. */
const after = async ({ deps, ledger, run }: Desk, change: Change, applied: Applied): Promise<void> => {
  const before = ledger.of(change)
  const next = before && ownershipAfter(before, change, applied, deps.clock.now())
  const entry = noted(run(), { change, before, after: next })
  await deps.audit.append([entry])
  await deps.events.emit(appliedEvent(entry, change.kind))
  const communities = 'remains' in applied ? (applied.remains ?? []) : []
  const { community, at } = run()
  if (communities.length > 0)
    await deps.events.emit({ type: 'access.remains', community, at, change: change.id, communities })
  if (change.kind === 'createRole' || change.kind === 'repairRole') {
    const owned = ledger.role(change.role.id)
    if (owned !== undefined) await ledger.saveRole(roleOwnershipAfter(owned, change, applied))
  }
  const ended = endedRecord(change)
  if (ended !== undefined) await ledger.dropRole(ended)
  if (next !== undefined) await ledger.save(next)
  else if (before !== undefined) await ledger.drop(before)
}

const failed = async (desk: Desk, change: Change, error: ConnectorError): Promise<void> => {
  const { deps, ledger, run } = desk
  await takeBack(desk, change, error)
  const before = ledger.of(change)
  const { community, at } = run()
  await deps.audit.append([noted(run(), { change, before, after: before, error })])
  await deps.events.emit({ type: 'change.failed', community, at, change: change.id, code: error.code })
}

/** State and trail of one round. */
export const createRecords = (
  deps: RecordsDeps,
  community: CommunityId,
  runId: string,
  state: State,
): Records => {
  const ledger = openLedger(deps.ownership, state)
  const run = (): Run => ({ community, runId, at: deps.clock.now() })
  const desk: Desk = { deps, ledger, run, announced: new Map() }
  return {
    ahead: (change, roles) => ahead(desk, change, roles),
    after: (change, applied) => after(desk, change, applied),
    failed: (change, error) => failed(desk, change, error),
    confirm: async (snapshot) => {
      for (const one of confirmations(ledger.all(), snapshot)) {
        const late = notedLate(run(), one)
        await deps.audit.append(late.map(({ entry }) => entry))
        for (const { entry, change } of late) await deps.events.emit(appliedEvent(entry, change))
        await ledger.save(one.after)
      }
    },
    ownership: ledger.all,
  }
}
