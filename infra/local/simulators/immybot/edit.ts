import type { Person, Scope, User } from './world.ts'

/** What people do by hand in ImmyBot's and Entra's own pages. Persons and users are named by address, roles and groups by name. */
export type Edit =
  /** `inEntra: false`: made by hand in ImmyBot. The object id defaults to one made from the id. */
  | {
      readonly kind: 'addPerson'
      readonly email: string
      readonly firstName?: string
      readonly lastName?: string
      readonly tenantId?: number
      readonly objectId?: string | null
      readonly inEntra?: boolean
    }
  | { readonly kind: 'editPerson'; readonly email: string; readonly set: Partial<Person> }
  | { readonly kind: 'removePerson'; readonly email: string }
  /** Deleted at Entra; ImmyBot notices with the next take-over. */
  | { readonly kind: 'leaveEntra'; readonly email: string }
  /** A person is promoted; who is no person yet (of that tenant, where one is named) becomes one. */
  | {
      readonly kind: 'addUser'
      readonly email: string
      readonly tenantId?: number
      readonly set?: Partial<User>
    }
  /** A user who is no person. */
  | {
      readonly kind: 'addMachine'
      readonly type: string
      readonly name: string
      readonly tenantId?: number
    }
  | { readonly kind: 'editUser'; readonly email: string; readonly set: Partial<User> }
  | { readonly kind: 'removeUser'; readonly email: string }
  /** Directly to a user, or to a group; `deny` makes it a deny assignment. */
  | {
      readonly kind: 'assign'
      readonly to: { readonly email: string } | { readonly group: string } | { readonly userId: number }
      readonly role: string
      readonly scope: Scope
      readonly deny?: boolean
    }
  | { readonly kind: 'removeAssignments'; readonly email: string }
  | {
      readonly kind: 'addRole'
      readonly name: string
      readonly description?: string
      readonly permissions: readonly string[]
      readonly ownerTenantId?: number | null
    }
  | {
      readonly kind: 'editRole'
      readonly name: string
      readonly rename?: string
      readonly description?: string
      readonly permissions?: readonly string[]
    }
  | { readonly kind: 'deleteRole'; readonly name: string }
  | { readonly kind: 'addGroup'; readonly name: string; readonly tenantId?: number | null }
  | { readonly kind: 'renameGroup'; readonly name: string; readonly rename: string }
  | { readonly kind: 'deleteGroup'; readonly name: string }
  | { readonly kind: 'addGroupMember'; readonly group: string; readonly email: string }
  | { readonly kind: 'removeGroupMember'; readonly group: string; readonly email: string }
  | {
      readonly kind: 'addTenant'
      readonly name: string
      readonly isMsp?: boolean
      readonly tag?: string
    }
  | { readonly kind: 'requestAccess'; readonly email: string }
  /** The older documentation's mailed link is used. */
  | { readonly kind: 'acceptInvitation'; readonly email: string }
  /** Persons Entra knows, and with `users` users too. */
  | { readonly kind: 'populate'; readonly count: number; readonly users?: boolean }
  | { readonly kind: 'resync' }
  /** Entra's sessions are revoked: every token so far is refused. */
  | { readonly kind: 'endTokens' }
  | {
      readonly kind: 'secret'
      readonly secret?: string
      readonly expiresAt?: string | null
    }

export type Of<K extends Edit['kind']> = Extract<Edit, { kind: K }>
export type Made = { readonly now: string }
