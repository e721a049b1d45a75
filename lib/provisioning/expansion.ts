import { unreachable } from '../core/errors.ts'
import type { MemberId } from '../core/ids.ts'
import type { Due, DueSubject } from '../core/work.ts'
import type { Provisioning } from './deps.ts'

/** Members looked at per step: a group of any size is worked off in steps that fit into one invocation. */
const step = 500
/** Rows deleted under a tombstone per step. */
const purgeStep = 1000

export type Expansion = {
  readonly due: Due
  readonly members: readonly MemberId[]
  /** What of the due item comes after this step. */
  readonly rest?: DueSubject
}
type ExpansionDeps = Pick<Provisioning, 'directory' | 'upkeep'>

/** The members a due item is about, one step of them. */
export const expand = async (deps: ExpansionDeps, due: Due): Promise<Expansion> => {
  switch (due.kind) {
    case 'member':
      return { due, members: [due.member] }
    case 'intent':
      return { due, members: await deps.upkeep.rollForward(due.connection, due.group, due.intent) }
    case 'group': {
      const group = await deps.directory.group(due.connection, due.group)
      const below = group === undefined ? deps.upkeep.membersUnder : deps.directory.membersOf
      const { items, next } = await below(due.connection, due.group, step, due.after)
      if (next === undefined) return { due, members: items }
      return { due, members: items, rest: { kind: 'group', group: due.group, after: next } }
    }
    default:
      return unreachable(due)
  }
}

/** Rows under a tombstone, deleted step by step once everybody below it has been looked at. Resolves to what is left to do. */
export const finishTombstone = async (deps: ExpansionDeps, due: Due): Promise<DueSubject | undefined> => {
  switch (due.kind) {
    case 'member': {
      const member = await deps.directory.memberOrTombstone(due.connection, due.member)
      if (member?.deletedAt === undefined) return undefined
      const whole = await deps.upkeep.purge(due.connection, { kind: 'member', id: due.member }, purgeStep)
      return whole ? undefined : { kind: 'member', member: due.member }
    }
    case 'group': {
      if ((await deps.directory.group(due.connection, due.group)) !== undefined) return undefined
      const whole = await deps.upkeep.purge(due.connection, { kind: 'group', id: due.group }, purgeStep)
      if (whole) return undefined
      return { kind: 'group', group: due.group, ...(due.after === undefined ? {} : { after: due.after }) }
    }
    case 'intent':
      return undefined
    default:
      return unreachable(due)
  }
}
