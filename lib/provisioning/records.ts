import type { AuditEntry, AuditEvent } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId, ConnectionId, RoleId } from '../core/ids.ts'
import type { Ownership, RoleOwnership } from '../core/ownership.ts'
import {
  type KnownRoles,
  ownershipAfter,
  ownershipBefore,
  roleOwnershipAfter,
  roleOwnershipBefore,
} from '../core/ownership-after.ts'
import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Applied } from '../core/ports.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { type Confirmation, confirmations } from './confirm.ts'
import type { Provisioning } from './deps.ts'
import type { State } from './state.ts'

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

const rolesOf = (ownership: Ownership | undefined): readonly RoleId[] =>
  (ownership?.grants ?? []).map(({ role }) => role)

/** Without what was only written ahead: it was not there before this change. */
const rolesBefore = (ownership: Ownership | undefined): readonly RoleId[] =>
  (ownership?.grants ?? []).filter(({ unconfirmed }) => unconfirmed !== true).map(({ role }) => role)

const rulesBehind = (change: Change): readonly string[] => {
  const grants = change.kind === 'grant' ? [change.grant] : change.kind === 'invite' ? change.roles : []
  return [...new Set(grants.flatMap(({ because }) => because.map(({ rule }) => rule as string)))]
}

/** State and trail of one round, under the community's lease: nobody else writes here. */
export const createRecords = (
  deps: RecordsDeps,
  community: CommunityId,
  runId: string,
  state: State,
): Records => {
  const people = new Map(state.ownership.map((one) => [personKey(one), one]))
  const roleOwners = new Map(state.roleOwnership.map((one) => [one.role, one]))
  const owned = (change: Change): Ownership | undefined =>
    'subject' in change ? people.get(personKey(change.subject)) : undefined

  const save = async (next: Ownership): Promise<void> => {
    const answer = await deps.ownership.saveOwnership(next)
    switch (answer.kind) {
      case 'saved':
        people.set(personKey(answer.ownership), answer.ownership)
        return
      case 'conflict':
        throw new ConnectorError(
          'uniqueness',
          `the account is owned by connection ${answer.owner.connection}; release it there first`,
        )
      case 'stale':
        throw new ConnectorError(
          'storeConflict',
          'the ownership record changed while a change was carried out',
        )
    }
  }
  const saveRole = async (next: RoleOwnership): Promise<void> => {
    const answer = await deps.ownership.saveRoleOwnership(next)
    if (answer.kind === 'stale')
      throw new ConnectorError('storeConflict', `the record of role ${next.role} changed meanwhile`)
    roleOwners.set(answer.ownership.role, answer.ownership)
  }
  const trail = (connection: ConnectionId | undefined, event: AuditEvent): AuditEntry => ({
    at: deps.clock.now(),
    requestId: runId,
    actor: { kind: 'system', part: 'provision' },
    ...(connection === undefined ? {} : { connection }),
    event,
  })
  const note = async (
    change: Change,
    kind: 'changeApplied' | 'changeFailed',
    next: Ownership | undefined,
    error?: ConnectorError,
  ): Promise<void> => {
    const subject = 'subject' in change ? change.subject : undefined
    const account = next?.account ?? subject?.account
    const event: AuditEvent = {
      kind,
      community,
      change: change.id,
      ...(subject === undefined ? {} : { member: subject.member }),
      ...(account === undefined ? {} : { account }),
      rolesBefore: rolesBefore(owned(change)),
      rolesAfter: rolesOf(next),
      because: rulesBehind(change),
      ...(error === undefined ? {} : { error: error.code }),
    }
    await deps.audit.append([trail(subject?.connection, event)])
  }
  const confirm = async ({ before, after, changes }: Confirmation): Promise<void> => {
    const { connection, member, account } = before
    const entries = changes.map((change) =>
      trail(connection, {
        kind: 'changeApplied',
        community,
        change,
        member,
        ...(account === undefined ? {} : { account }),
        rolesBefore: rolesBefore(before),
        rolesAfter: rolesOf(after),
        because: [
          ...new Set(before.grants.flatMap(({ because }) => because.map(({ rule }) => rule as string))),
        ],
      }),
    )
    await deps.audit.append(entries)
    await save(after)
  }

  const afterRole = async (change: Change, applied: Applied): Promise<void> => {
    await note(change, 'changeApplied', undefined)
    if (change.kind !== 'createRole' && change.kind !== 'repairRole') return
    const before = roleOwners.get(change.role.id)
    if (before !== undefined) await saveRole(roleOwnershipAfter(before, change, applied))
  }

  return {
    ahead: async (change, roles) => {
      const now = deps.clock.now()
      if (change.kind === 'createRole' || change.kind === 'repairRole') {
        const input = { community, owned: roleOwners.get(change.role.id), change, now }
        const next = roleOwnershipBefore(input)
        if (next !== undefined) await saveRole(next)
        return
      }
      const next = ownershipBefore({ community, ownership: owned(change), change, roles, now })
      if (next !== undefined) await save(next)
    },
    after: async (change, applied) => {
      if (!('subject' in change)) return afterRole(change, applied)
      const before = owned(change)
      const next = before && ownershipAfter(before, change, applied, deps.clock.now())
      // The trail first: stopped in between, an entry may stand twice but is never missing.
      await note(change, 'changeApplied', next)
      if (next !== undefined) return save(next)
      if (before === undefined) return
      await deps.ownership.deleteOwnership(before)
      people.delete(personKey(before))
    },
    failed: async (change, error) => {
      await note(change, 'changeFailed', owned(change), error)
      await deps.events.emit({
        type: 'change.failed',
        community,
        at: deps.clock.now(),
        change: change.id,
        code: error.code,
      })
    },
    confirm: async (snapshot) => {
      for (const one of confirmations([...people.values()], snapshot)) await confirm(one)
    },
    ownership: () => [...people.values()],
  }
}
