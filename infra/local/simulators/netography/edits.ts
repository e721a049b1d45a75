import { demoShortname, permissionsOf } from './demo.ts'
import {
  type Account,
  type Action,
  type Permission,
  type Role,
  type User,
  type World,
  withAccount,
} from './world.ts'

/** What people do by hand in the portal, and what happens without anybody asking. `shortname` absent: the demo account. */
type Where = { readonly shortname?: string }
export type Edit = Where &
  (
    | {
        readonly kind: 'addUser'
        readonly email: string
        readonly role: string
        readonly user?: Partial<User>
      }
    | {
        readonly kind: 'editUser'
        readonly email: string
        readonly role?: string
        readonly user?: Partial<User>
      }
    | { readonly kind: 'removeUser'; readonly email: string }
    /** The account's SAML role mappers give their role at each login, whatever stood there. */
    | { readonly kind: 'ssoLogin'; readonly email: string; readonly role: string }
    | {
        readonly kind: 'addRole'
        readonly name: string
        readonly description?: string
        /** `resource:action`. */
        readonly permissions?: readonly string[]
        readonly role?: Partial<Role>
      }
    | {
        readonly kind: 'editRole'
        readonly name: string
        readonly description?: string
        readonly permissions?: readonly string[]
        readonly role?: Partial<Role>
      }
    | { readonly kind: 'portalFlags'; readonly name: string; readonly flags: Partial<Role['portal']> }
    | { readonly kind: 'deleteRole'; readonly name: string }
    | {
        readonly kind: 'addKey'
        readonly appname: string
        readonly appkey: string
        readonly role: string
      }
    | { readonly kind: 'editKey'; readonly appname: string; readonly role?: string; readonly appkey?: string }
    | { readonly kind: 'removeKey'; readonly appname: string }
    /** Copies the demo account's system roles. */
    | {
        readonly kind: 'addAccount'
        readonly account: Pick<Account, 'shortname' | 'type' | 'parent'> & Partial<Account>
      }
    | { readonly kind: 'allowIps'; readonly ips: readonly string[] }
    /** All sessions end, as when the identity server is restarted. */
    | { readonly kind: 'endSessions' }
    | { readonly kind: 'populate'; readonly count: number; readonly role?: string }
  )

type Made = { readonly newId: () => string }

const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const granted = (names: readonly string[]): readonly Permission[] =>
  permissionsOf((resource) => {
    const has = (action: Action) => names.includes(`${resource}:${action}`)
    return { fetch: has('fetch'), create: has('create'), update: has('update'), delete: has('delete') }
  })

const withUsers = (account: Account, email: string, next: (user: User) => readonly User[]): Account => ({
  ...account,
  users: account.users.flatMap((user) => (sameAddress(user.email, email) ? next(user) : [user])),
})

const changedRole = (role: Role, edit: Edit & { kind: 'editRole' }): Role => ({
  ...role,
  description: edit.description ?? role.description,
  permissions: edit.permissions === undefined ? role.permissions : granted(edit.permissions),
  ...edit.role,
})

const withRoles = (account: Account, name: string, next: (role: Role) => readonly Role[]): Account => ({
  ...account,
  roles: account.roles.flatMap((role) => (role.name === name ? next(role) : [role])),
})

const person = (email: string, role: string, id: string): User => ({
  id,
  given_name: email.split('@')[0] ?? '',
  family_name: 'Person',
  email,
  roles: [role],
})

const newRole = (edit: Edit & { kind: 'addRole' }, id: string): Role => ({
  id,
  name: edit.name,
  description: edit.description ?? '',
  canMasquerade: false,
  canSendFlow: false,
  system: false,
  permissions: granted(edit.permissions ?? []),
  portal: { sendNetoDNS: false, viewAuditLogs: false },
  ...edit.role,
})

const inAccount = (
  account: Account,
  edit: Exclude<Edit, { kind: 'addAccount' } | { kind: 'endSessions' }>,
  { newId }: Made,
): Account => {
  switch (edit.kind) {
    case 'addUser':
      return {
        ...account,
        users: [...account.users, { ...person(edit.email, edit.role, newId()), ...edit.user }],
      }
    case 'editUser':
      return withUsers(account, edit.email, (user) => [
        { ...user, ...(edit.role === undefined ? {} : { roles: [edit.role] }), ...edit.user },
      ])
    case 'removeUser':
      return withUsers(account, edit.email, () => [])
    case 'ssoLogin':
      return withUsers(account, edit.email, (user) => [{ ...user, roles: [edit.role] }])
    case 'addRole':
      return { ...account, roles: [...account.roles, newRole(edit, newId())] }
    case 'editRole':
      return withRoles(account, edit.name, (role) => [changedRole(role, edit)])
    case 'portalFlags':
      return withRoles(account, edit.name, (role) => [{ ...role, portal: { ...role.portal, ...edit.flags } }])
    case 'deleteRole':
      return withRoles(account, edit.name, () => [])
    case 'addKey':
      return {
        ...account,
        keys: [
          ...account.keys,
          { appname: edit.appname, appkey: edit.appkey, description: '', roles: [edit.role] },
        ],
      }
    case 'editKey':
      return {
        ...account,
        keys: account.keys.map((key) =>
          key.appname === edit.appname
            ? {
                ...key,
                appkey: edit.appkey ?? key.appkey,
                roles: edit.role === undefined ? key.roles : [edit.role],
              }
            : key,
        ),
      }
    case 'removeKey':
      return { ...account, keys: account.keys.filter(({ appname }) => appname !== edit.appname) }
    case 'allowIps':
      return { ...account, allowedIps: edit.ips }
    case 'populate': {
      const crowd = Array.from({ length: edit.count }, (_, index) =>
        person(`crowd-${account.users.length + index}@elsewhere.test`, edit.role ?? 'readonly', newId()),
      )
      return { ...account, users: [...account.users, ...crowd] }
    }
  }
}

const accountAdded = (world: World, { account }: Edit & { kind: 'addAccount' }, { newId }: Made): World => {
  const [demo] = world.accounts
  if (demo === undefined) return world
  const made: Account = {
    ...demo,
    id: newId(),
    organization: account.shortname,
    users: [],
    keys: [],
    allowedIps: [],
    sharedSecret: `secret-of-${account.shortname}`,
    roles: demo.roles.filter(({ system }) => system).map((role) => ({ ...role, id: newId() })),
    ...account,
  }
  return { ...world, accounts: [...world.accounts, made] }
}

export const edited = (world: World, edit: Edit, made: Made): World => {
  switch (edit.kind) {
    case 'addAccount':
      return accountAdded(world, edit, made)
    case 'endSessions':
      return { ...world, sessions: [] }
    default:
      return withAccount(world, edit.shortname ?? demoShortname, (account) => inAccount(account, edit, made))
  }
}
