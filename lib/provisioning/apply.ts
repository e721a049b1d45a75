import type { ConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds, type PlatformRoleId, type RoleId } from '../core/ids.ts'
import { type Admins, endangersAdmins } from '../core/judge-admins.ts'
import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Applied, Platform } from '../core/ports/platform.ts'
import type { PlatformRole } from '../core/snapshot.ts'
import type { Approval } from '../core/verdict.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, reachOf } from './faults.ts'
import type { HeldLease } from './lease.ts'
import type { Records } from './records.ts'
import type { Turn } from './turn.ts'

export type Failure = { readonly change: Change; readonly error: ConnectorError }
export type Ending =
  | { readonly kind: 'complete' }
  /** The rest waits for another run. */
  | { readonly kind: 'stopped'; readonly code: 'yielded' | 'outOfTime' | 'leaseLost' }
  /** Nobody calls this platform for a while. */
  | { readonly kind: 'paused'; readonly error: ConnectorError }
export type Application = {
  readonly applied: readonly Change[]
  readonly failed: readonly Failure[]
  /** Not tried: what they need failed before them, or the run ended. */
  readonly skipped: readonly Change[]
  /** Where somebody whose access ended can still get in, below this community, by the person (`personKey`): nowhere, if the list is empty. */
  readonly remains: ReadonlyMap<string, readonly string[]>
  readonly ending: Ending
}

export type ApplyInput = {
  /** The role that takes everything away, where a suspension is a role. */
  readonly fallbackRole?: RoleId | undefined
  readonly changes: readonly Change[]
  readonly platform: Platform
  readonly roles: ReadonlyMap<string, PlatformRole>
  readonly records: Records
  readonly approvals: readonly Approval[]
  readonly lease: HeldLease
  readonly deadline: Instant
  /** Between two changes: the rest waits while something more urgent is done. */
  readonly turn: Pick<Turn, 'yields'>
  /** Before the changes; and how many of them there have to be at any time. */
  readonly admins: Admins
  readonly minimumAdmins: number
  /** Told what was read back after each change. */
  readonly seen: (change: Change, applied: Applied) => void
}
type ApplyDeps = Pick<Provisioning, 'clock' | 'safety' | 'log'>

const rolesNeeded = (change: Change, fallbackRole: RoleId | undefined): readonly RoleId[] => {
  if (change.kind === 'grant') return [change.grant.role]
  if (change.kind === 'suspend') return fallbackRole === undefined ? [] : [fallbackRole]
  return change.kind === 'invite' ? change.roles.map(({ role }) => role) : []
}

/** The role that nobody would hold any more if the change had been carried out. */
const roleGivenUp = (change: Change): PlatformRoleId | undefined => {
  if (change.kind === 'revoke') return change.platformRole
  return change.kind === 'grant' ? change.replaces?.platformRole : undefined
}

/** So many people one after the other who were not given a role: it is the role, or our right to give it, and no longer the people. */
const patience = 3

/**
 * What an earlier failure of the same run makes pointless or harmful: the same person's further changes, roles that were not created or cannot be
 * given and the loss of what they were to replace, and the end of a role that is still held.
 */
const createObstacles = ({ fallbackRole, changes }: Pick<ApplyInput, 'fallbackRole' | 'changes'>) => {
  const people = new Set<string>()
  const roles = new Set<RoleId>()
  const refusals = new Map<RoleId, number>()
  const awaited = new Map<string, readonly RoleId[]>()
  for (const change of changes)
    if ('subject' in change) {
      const key = personKey(change.subject)
      awaited.set(key, [...(awaited.get(key) ?? []), ...rolesNeeded(change, fallbackRole)])
    }
  const doubtful = (role: RoleId): boolean => roles.has(role) || (refusals.get(role) ?? 0) >= patience
  const held = new Set<PlatformRoleId>()
  return {
    block: (change: Change): void => {
      if ('subject' in change) people.add(personKey(change.subject))
      else if (change.kind === 'createRole') roles.add(change.role.id)
      const role = roleGivenUp(change)
      if (role !== undefined) held.add(role)
    },
    given: (change: Change, done: boolean): void => {
      if (change.kind !== 'grant') return
      const { role } = change.grant
      refusals.set(role, done ? 0 : (refusals.get(role) ?? 0) + 1)
    },
    blocks: (change: Change): boolean =>
      ('subject' in change && people.has(personKey(change.subject))) ||
      (change.kind === 'revoke' &&
        change.replaced &&
        awaited.get(personKey(change.subject))?.some(doubtful)) ||
      (change.kind === 'deleteRole' && held.has(change.platformRole)) ||
      rolesNeeded(change, fallbackRole).some((role) => roles.has(role)),
  }
}

/** The platform's part of a change. Forgetting corrects our record only. */
const write = (
  platform: Platform,
  change: Change,
  roles: ReadonlyMap<string, PlatformRole>,
): Promise<Applied> =>
  change.kind === 'forget' || change.kind === 'forgetRole'
    ? Promise.resolve({ kind: 'gone' })
    : platform.apply(change, roles)

const approvalOf = ({ approvals }: ApplyInput, change: Change): Approval | undefined =>
  approvals.find(({ changes }) => changes.includes(change.id))

/** Allowed because another was to become an administrator first, who has not. */
const takesLastAdmin = (input: ApplyInput, change: Change): boolean =>
  endangersAdmins(input.admins, input.minimumAdmins, change) !== undefined &&
  approvalOf(input, change) === undefined

type Step =
  | { readonly kind: 'applied' }
  | Ending
  | { readonly kind: 'failed'; readonly error: ConnectorError }

/** One account may be broken on the platform, for ever; two in a row, and it is the platform. */
const createSilences = () => {
  let inARow = 0
  return {
    broken: ({ code }: ConnectorError): boolean => {
      if (code !== 'platformUnavailable') return false
      inARow += 1
      return inARow === 1
    },
    over: (): void => {
      inARow = 0
    },
  }
}

const createStepper = (deps: ApplyDeps, input: ApplyInput) => {
  const { platform, records, lease } = input
  const roles = new Map(input.roles)
  const silences = createSilences()

  const carryOut = async (change: Change): Promise<void> => {
    await lease.check()
    await records.ahead(change, roles)
    const result = await write(platform, change, roles)
    input.seen(change, result)
    if (result.kind === 'role' && (change.kind === 'createRole' || change.kind === 'repairRole'))
      roles.set(change.role.id, result.role)
    await records.after(change, result)
    const approval = approvalOf(input, change)
    if (approval !== undefined) await deps.safety.useApproval(approval, [change.id])
  }

  const late = (): boolean => milliseconds(deps.clock.now()) >= milliseconds(input.deadline)

  const afterFault = async (change: Change, thrown: unknown): Promise<Step> => {
    const error = asConnectorError(thrown)
    if (error.code === 'leaseLost') return { kind: 'stopped', code: 'leaseLost' }
    if (error.code === 'outOfTime' && late()) return { kind: 'stopped', code: 'outOfTime' }
    const reach = reachOf(error)
    if (reach === 'run') throw thrown
    await records.failed(change, error)
    return reach === 'change' || silences.broken(error)
      ? { kind: 'failed', error }
      : { kind: 'paused', error }
  }

  return async (change: Change): Promise<Step> => {
    if (late()) return { kind: 'stopped', code: 'outOfTime' }
    if (await input.turn.yields()) return { kind: 'stopped', code: 'yielded' }
    try {
      await carryOut(change)
      silences.over()
      return { kind: 'applied' }
    } catch (thrown) {
      return afterFault(change, thrown)
    }
  }
}

/**
 * Carries out allowed changes in order. Per change: our record of what is about to be ours, the platform, the audit entry, our record of what
 * was read back. Stopped between any two of these, the next plan sees the difference and goes on from there.
 */
export const applyChanges = async (deps: ApplyDeps, input: ApplyInput): Promise<Application> => {
  const seen: ApplyInput['seen'] = (change, result) => {
    const below = 'remains' in result ? (result.remains ?? []) : []
    if (change.kind === 'suspend' || change.kind === 'remove') remains.set(personKey(change.subject), below)
    input.seen(change, result)
  }
  const step = createStepper(deps, { ...input, seen })
  const obstacles = createObstacles(input)
  const remains = new Map<string, readonly string[]>()
  const applied: Change[] = []
  const failed: Failure[] = []
  const skipped: Change[] = []
  for (const [index, change] of input.changes.entries()) {
    if (obstacles.blocks(change) || takesLastAdmin(input, change)) {
      skipped.push(change)
      obstacles.block(change)
      continue
    }
    const result = await step(change)
    if (result.kind === 'applied') {
      applied.push(change)
      obstacles.given(change, true)
      input.admins.take(change)
    } else if (result.kind === 'failed') {
      failed.push({ change, error: result.error })
      obstacles.given(change, false)
      obstacles.block(change)
    } else {
      if (result.kind === 'paused') failed.push({ change, error: result.error })
      const rest = input.changes.slice(result.kind === 'paused' ? index + 1 : index)
      return { applied, failed, skipped: [...skipped, ...rest], remains, ending: result }
    }
  }
  return { applied, failed, skipped, remains, ending: { kind: 'complete' } }
}
