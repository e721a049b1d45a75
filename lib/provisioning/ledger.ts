import { ConnectorError } from '../core/errors.ts'
import type { RoleId } from '../core/ids.ts'
import type { Ownership, RoleOwnership } from '../core/ownership.ts'
import type { Change, Person } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { OwnershipStore } from '../core/ports/ownership.ts'
import type { State } from './state.ts'

/** What is ours, as one round knows and writes it. */
export type Ledger = {
  readonly all: () => readonly Ownership[]
  readonly of: (change: Change) => Ownership | undefined
  readonly ofPerson: (person: Person) => Ownership | undefined
  readonly save: (next: Ownership) => Promise<void>
  /** The record of the one becomes that of the other. */
  readonly transfer: (from: Ownership, next: Ownership) => Promise<void>
  readonly drop: (ownership: Ownership) => Promise<void>
  readonly role: (role: RoleId) => RoleOwnership | undefined
  readonly saveRole: (next: RoleOwnership) => Promise<void>
  readonly dropRole: (role: RoleId) => Promise<void>
}

const changedMeanwhile = (): ConnectorError =>
  new ConnectorError('storeConflict', 'the ownership record changed while a change was carried out')

/** Under the community's lease: nobody else writes here, so that a stale record means the lease was lost unseen. */
export const openLedger = (store: OwnershipStore, state: State): Ledger => {
  const people = new Map(state.ownership.map((one) => [personKey(one), one]))
  const roles = new Map(state.roleOwnership.map((one) => [one.role, one]))
  return {
    all: () => [...people.values()],
    of: (change) => ('subject' in change ? people.get(personKey(change.subject)) : undefined),
    ofPerson: (person) => people.get(personKey(person)),
    save: async (next) => {
      const answer = await store.saveOwnership(next)
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
          throw changedMeanwhile()
      }
    },
    transfer: async (from, next) => {
      const answer = await store.transferOwnership(from, next)
      if (answer.kind === 'stale') throw changedMeanwhile()
      people.delete(personKey(from))
      people.set(personKey(answer.ownership), answer.ownership)
    },
    drop: async (ownership) => {
      await store.deleteOwnership(ownership)
      people.delete(personKey(ownership))
    },
    role: (role) => roles.get(role),
    saveRole: async (next) => {
      const answer = await store.saveRoleOwnership(next)
      if (answer.kind === 'stale')
        throw new ConnectorError('storeConflict', `the record of role ${next.role} changed meanwhile`)
      roles.set(answer.ownership.role, answer.ownership)
    },
    dropRole: async (role) => {
      const record = roles.get(role)
      if (record === undefined) return
      await store.deleteRoleOwnership(record)
      roles.delete(role)
    },
  }
}
