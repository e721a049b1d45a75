import type { Scope } from '../../infra/local/simulators/immybot/world.ts'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { addressOf } from './people.ts'
import { ownerEmail, type Place } from './scene.ts'
import type { Controls, Seat, View, Views } from './views.ts'

/** What people do at the platforms' own pages, past us. */

export type HandEdit =
  | 'takeRole'
  | 'giveRole'
  | 'disable'
  | 'enable'
  | 'remove'
  | 'addStranger'
  | 'addNamesake'
  | 'addBoss'
  | 'editRole'
  | 'deleteRole'
  | 'demoteOwner'
  | 'promoteOwner'
export const handEdits: readonly HandEdit[] = [
  'takeRole',
  'giveRole',
  'disable',
  'enable',
  'remove',
  'addStranger',
  'addNamesake',
  'addBoss',
  'editRole',
  'deleteRole',
  'demoteOwner',
  'promoteOwner',
]

export type HandDeps = {
  readonly controls: Controls
  readonly views: Views
  readonly isoNow: () => string
  readonly later: (seconds: number) => string
}
/** At the account of one person, if there is one; `slot` names who a namesake is made for. */
type Hand = (edit: HandEdit, seat: Seat | undefined, slot: number) => void

const strangers = (view: { readonly seats: ReadonlyMap<string, Seat> }): string =>
  `stranger-${view.seats.size}@elsewhere.test`

const isThere = (view: View, email: string): boolean =>
  [...view.seats.values()].some((one) => one.email === email)
const taking = { builtin: null, roles: [] } as const

const sekoiaHand = ({ controls: { soc }, views }: HandDeps): Hand => {
  const community = demoCommunity
  const owner = (builtin: string): void =>
    soc.edit({ kind: 'editMember', community, email: ownerEmail, builtin })
  const namesake = (slot: number, builtin: string): void => {
    const email = addressOf(slot)
    if (!isThere(views('soc'), email)) soc.edit({ kind: 'addMember', community, email, builtin })
  }
  const hasCustom = (seat: Seat | undefined): boolean =>
    soc.world().roles.some(({ name, community: of }) => of !== null && seat?.roles.has(name) === true)
  return (edit, seat, slot) => {
    const email = seat?.email
    switch (edit) {
      case 'takeRole':
        return email && soc.edit({ kind: 'editMember', community, email, ...taking })
      case 'giveRole':
        // A built-in one beside custom ones is nothing the platform lets hands do.
        if (email === undefined || hasCustom(seat)) return
        return soc.edit({ kind: 'editMember', community, email, builtin: builtinRoles.guest })
      case 'disable':
        return email && soc.edit({ kind: 'editMember', community, email, status: 'disabled' })
      case 'enable':
        return email && soc.edit({ kind: 'editMember', community, email, status: 'enabled' })
      case 'remove':
        return email && soc.edit({ kind: 'removeMember', community, email })
      case 'addStranger':
        return soc.edit({
          kind: 'addMember',
          community,
          email: strangers(views('soc')),
          builtin: builtinRoles.analyst,
        })
      case 'addNamesake':
      case 'addBoss': {
        const builtin = edit === 'addBoss' ? builtinRoles.admin : builtinRoles.guest
        return namesake(slot, builtin)
      }
      case 'editRole':
        return soc.edit({
          kind: 'editRole',
          name: 'SOC tier 1',
          permissions: ['SIC_READ_ALERTS', 'SIC_READ_INTAKES'],
        })
      case 'deleteRole':
        return soc.edit({ kind: 'deleteRole', name: 'SOC tier 1' })
      case 'demoteOwner':
        return owner(builtinRoles.guest)
      case 'promoteOwner':
        return owner(builtinRoles.admin)
    }
  }
}

const netographyHand =
  ({ controls: { net }, views }: HandDeps): Hand =>
  (edit, seat, slot) => {
    const email = seat?.email
    switch (edit) {
      case 'takeRole':
        return email && net.edit({ kind: 'editUser', email, role: 'report_user' })
      case 'giveRole':
        return email && net.edit({ kind: 'editUser', email, role: 'neto_flow' })
      case 'disable':
        return email && net.edit({ kind: 'editUser', email, role: 'no_access' })
      case 'enable':
        return email && net.edit({ kind: 'editUser', email, role: 'readonly' })
      case 'remove':
        return email && net.edit({ kind: 'removeUser', email })
      case 'addStranger':
        return net.edit({ kind: 'addUser', email: strangers(views('net')), role: 'readonly' })
      case 'addNamesake':
      case 'addBoss': {
        const role = edit === 'addBoss' ? 'admin' : 'readonly'
        if (!isThere(views('net'), addressOf(slot)))
          net.edit({ kind: 'addUser', email: addressOf(slot), role })
        return
      }
      case 'editRole':
        return net.edit({ kind: 'editRole', name: 'soc_tier_1', permissions: ['dashboards:fetch'] })
      case 'deleteRole':
        return
      case 'demoteOwner':
        return net.edit({ kind: 'editUser', email: ownerEmail, role: 'readonly' })
      case 'promoteOwner':
        return net.edit({ kind: 'editUser', email: ownerEmail, role: 'admin' })
    }
  }

const everything: Scope = { kind: 'owner' }
const immybotHand = ({ controls: { immy }, views, later }: HandDeps): Hand => {
  const groupsOf = (email: string): readonly string[] => {
    const world = immy.world()
    const people = world.persons.filter(({ emailAddress }) => emailAddress.toLowerCase() === email)
    const users = world.users.filter(({ personId }) => people.some(({ id }) => id === personId))
    return world.groups
      .filter(({ id }) =>
        world.members.some((one) => one.groupId === id && users.some((user) => user.id === one.userId)),
      )
      .map(({ name }) => name)
  }
  return (edit, seat, slot) => {
    const email = seat?.email
    switch (edit) {
      case 'takeRole': {
        const [group] = email === undefined ? [] : groupsOf(email)
        if (email !== undefined && group !== undefined) immy.edit({ kind: 'removeGroupMember', group, email })
        return
      }
      case 'giveRole':
        return (
          email &&
          immy.edit({
            kind: 'assign',
            to: { email },
            role: 'Deployment Manager',
            scope: { kind: 'user-tenant' },
          })
        )
      case 'disable':
        return email && immy.edit({ kind: 'editUser', email, set: { expiresAt: later(-60) } })
      case 'enable':
        return email && immy.edit({ kind: 'editUser', email, set: { expiresAt: null } })
      case 'remove':
        return email && immy.edit({ kind: 'removeUser', email })
      case 'addStranger':
        return immy.edit({ kind: 'addUser', email: strangers(views('immy')) })
      case 'addNamesake':
      case 'addBoss':
        return immy.edit({ kind: 'addUser', email: addressOf(slot) })
      case 'editRole':
        return immy.edit({ kind: 'editRole', name: 'Field team', permissions: ['scripts:view'] })
      case 'deleteRole':
        return
      case 'demoteOwner':
        return immy.edit({ kind: 'removeAssignments', email: ownerEmail })
      case 'promoteOwner':
        return immy.edit(
          { kind: 'removeAssignments', email: ownerEmail },
          {
            kind: 'assign',
            to: { email: ownerEmail },
            role: 'System Administrator (Legacy)',
            scope: everything,
          },
        )
    }
  }
}

export const createHands = (deps: HandDeps): Readonly<Record<Place, Hand>> => ({
  soc: sekoiaHand(deps),
  net: netographyHand(deps),
  immy: immybotHand(deps),
})
