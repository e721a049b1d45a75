import type { RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { ConnectorError, unreachable } from '../../core/errors.ts'
import type { PlatformRoleId, RoleId } from '../../core/ids.ts'
import type { Change } from '../../core/plan.ts'
import type { Applied } from '../../core/ports/platform.ts'
import type { Account, PlatformRole } from '../../core/snapshot.ts'
import type { Grant } from './access.ts'
import { type AccountChanges, createAccountChanges } from './account-changes.ts'
import type { Instance } from './instance.ts'
import { createInviter } from './invite.ts'
import { heldId, partsOf, writtenScope } from './listing.ts'
import { createRoleChanges, type RoleChanges } from './role-changes.ts'
import { type Scope, scopeOf } from './scopes.ts'
import { openSession, type Session, type SessionDeps } from './session.ts'
import type { RoleShape, UserShape } from './shapes.ts'

export type Roles = ReadonlyMap<string, PlatformRole>
type OfKind<Kind extends Change['kind']> = Extract<Change, { readonly kind: Kind }>
type RoleChange = OfKind<'createRole' | 'repairRole' | 'deleteRole'>
type AccountChange = OfKind<'adopt' | 'grant' | 'revoke' | 'suspend' | 'resume' | 'remove'>

const gone: Applied = { kind: 'gone' }

const partsIn = (id: PlatformRoleId): Omit<Grant, 'label'> => {
  const parts = partsOf(id)
  if (parts !== undefined) return parts
  throw new ConnectorError(
    'platformRefused',
    'this role was given by hand, or in no place we know; it is never given or taken by us',
  )
}

const grantOf = (roles: Roles, role: RoleId): Grant => {
  const known = roles.get(role)
  if (known !== undefined) return { ...partsIn(known.id), label: role }
  throw new ConnectorError('platformNotFound', `role "${role}" is not on the platform yet`, {
    field: `roles.${role}`,
  })
}

/** What was taken is read once more, apart from the taking: a list that came cut would have had nothing to take. */
const holdsOn = (change: AccountChange, { status, roles }: Account): boolean =>
  (change.kind === 'suspend' && status !== 'disabled') ||
  (change.kind === 'revoke' && roles.includes(change.platformRole))

/** Carries out one change in a session. */
export const createApply = (deps: SessionDeps & { readonly instance: Instance }) => {
  const { api, clock, community, dialect, instance } = deps

  const placeOf = (role: RoleDefinition, session: Session): Scope => {
    const written = writtenScope(community, role)
    const scope = scopeOf(written, session.facts.tenants)
    if (scope !== undefined) return scope
    throw new ConnectorError(
      'platformRefused',
      `scope "${written}" is no tenant or tag of the instance, or several have this name; write its id`,
      { field: `roles.${role.id}.scope` },
    )
  }
  /** As the next snapshot will list it. */
  const shownRole = async (
    { scope: written }: RoleDefinition,
    role: RoleShape,
    scope: Scope,
    session: Session,
  ): Promise<Applied> => {
    const fresh = openSession(session.generation, await instance.facts('now'), deps)
    const held = { role: String(role.id), scope }
    const listed = (await fresh.listed([held])).find(({ id }) => id === heldId(held))
    if (listed === undefined)
      throw new ConnectorError('platformDisagrees', `role "${role.name}" is gone again`)
    const { scope: _scope, ...rest } = listed
    return { kind: 'role', role: written === undefined ? rest : { ...rest, scope: written } }
  }
  const create = async (
    role: RoleDefinition,
    contents: RoleContents,
    session: Session,
    changes: RoleChanges,
  ) => {
    const scope = placeOf(role, session)
    const created = await changes.create(role, contents)
    // Its group stands from the beginning, so that a role nobody was given yet can be told from one made by hand.
    await session.access.prepare({ role: String(created.id), scope, label: role.id }, session.facts)
    return shownRole(role, created, scope, session)
  }

  const role = async (change: RoleChange, session: Session): Promise<Applied> => {
    const { facts, access, generation } = session
    const changes = createRoleChanges(api, access, instance, facts, { generation, dialect, clock })
    if (change.kind === 'createRole') return create(change.role, change.contents, session, changes)
    const id = Number(partsIn(change.platformRole).role)
    if (change.kind === 'repairRole') {
      const scope = placeOf(change.role, session)
      return shownRole(change.role, await changes.repair(change.role, id, change.contents), scope, session)
    }
    await changes.remove(id, change.name)
    return gone
  }

  const changed = (
    change: AccountChange,
    roles: Roles,
    accounts: AccountChanges,
  ): Promise<UserShape | undefined> => {
    const { account } = change.subject
    switch (change.kind) {
      case 'adopt':
        return accounts.adopt(account)
      case 'grant':
        return accounts.grant(account, grantOf(roles, change.grant.role))
      case 'revoke':
        return accounts.revoke(account, { ...partsIn(change.platformRole), label: change.role })
      case 'suspend':
        return accounts.suspend(account)
      case 'resume':
        return accounts.resume(account)
      case 'remove':
        return accounts.remove(account)
      default:
        return unreachable(change)
    }
  }

  const invited = (
    change: OfKind<'invite'>,
    roles: Roles,
    { facts, access }: Session,
  ): Promise<UserShape> => {
    const grants = change.roles.map(({ role: wanted }) => grantOf(roles, wanted))
    return createInviter(api, access, facts, { community, dialect, clock })(change, grants)
  }

  return async (change: Change, roles: Roles, session: Session): Promise<Applied> => {
    switch (change.kind) {
      case 'createRole':
      case 'repairRole':
      case 'deleteRole':
        return role(change, session)
      case 'forget':
      case 'forgetRole':
        return gone
      case 'invite':
        return { kind: 'account', account: await session.account(await invited(change, roles, session)) }
      default: {
        const { facts, access } = session
        const accounts = createAccountChanges(api, access, facts, community, clock)
        const user = await changed(change, roles, accounts)
        if (user === undefined) return gone
        const account = await session.account(user)
        if (holdsOn(change, account))
          throw new ConnectorError(
            'platformDisagrees',
            `${change.kind}: the user still shows what was to be taken`,
          )
        return { kind: 'account', account }
      }
    }
  }
}
