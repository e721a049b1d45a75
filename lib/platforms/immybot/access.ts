import type { RoleId } from '../../core/ids.ts'
import type { Facts } from './instance.ts'
import type { Held } from './listing.ts'
import type { Scope } from './scopes.ts'
import type { UserShape } from './shapes.ts'

/** How roles are held, given and taken: the two generations of the API differ in nothing else that matters to us. */
export type Access = {
  /** `everybody`: the users are all there are, so lists of the whole instance are worth reading. */
  readonly survey: (users: readonly UserShape[], facts: Facts, everybody: boolean) => Promise<Survey>
  /** Roles our own service principal holds, by id. */
  readonly ownRoles: (facts: Facts) => Promise<ReadonlySet<string>>
  /** Throws `platformRefused` when somebody of this tenant cannot get it. */
  readonly check: (grant: Grant, tenant: number, facts: Facts) => void
  /** What must stand before anybody can be given a new role. */
  readonly prepare: (grant: Grant, facts: Facts) => Promise<void>
  readonly give: (user: UserShape, grant: Grant, facts: Facts) => Promise<void>
  readonly take: (user: UserShape, grant: Grant, facts: Facts) => Promise<void>
  /** Everything of ours. */
  readonly strip: (user: UserShape, facts: Facts) => Promise<void>
  readonly makeUser: (person: number) => Promise<void>
  /** Whether somebody, or something other than our own empty groups, holds the role. Our groups go when nothing does. */
  readonly release: (role: number, facts: Facts) => Promise<'free' | 'held'>
}

/** `label`: the configuration's id of the role, where it is known. */
export type Grant = { readonly role: string; readonly scope: Scope; readonly label: RoleId | string }

export type Survey = {
  readonly heldBy: (user: number) => readonly Held[]
  /** Whether a user holds something of ours that a suspension takes. */
  readonly keeps: (user: number) => boolean
  /** Roles of our own service principal, by id, where they were read along. */
  readonly ownRoles?: ReadonlySet<string>
  /** Roles of groups nobody is in are among them. */
  readonly all: readonly Held[]
  readonly denied: readonly { readonly user: number; readonly role: number; readonly roleName: string }[]
}
