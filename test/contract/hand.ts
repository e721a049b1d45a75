import { expect } from 'vitest'
import type { RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import type { ErrorCode } from '../../lib/core/errors.ts'
import { fold } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { Applied, Platform } from '../../lib/core/ports/platform.ts'
import type { Account, PlatformRole, PlatformTraits } from '../../lib/core/snapshot.ts'
import * as make from './changes.ts'
import { type HarnessRoles, person, type Stage, shown, type Truth } from './stage.ts'

/** The suite's short hand over one stage: the changes the planner would make for this kind of platform, one at a time. */
export type Hand = ReturnType<typeof handOf>

export const failure = (code: ErrorCode) => expect.objectContaining({ name: 'ConnectorError', code })

const isThis = (definition: RoleDefinition) => (role: PlatformRole) =>
  fold(role.name) === fold(definition.name) &&
  (definition.scope === undefined || role.scope === definition.scope)

/** The platform's roles by the configuration's ids. */
export const rolesOf = async (
  platform: Platform,
  { roles: definitions }: { readonly roles: readonly RoleDefinition[] },
): Promise<ReadonlyMap<string, PlatformRole>> => {
  const { roles } = await platform.snapshot()
  return new Map(
    definitions.flatMap((definition) => {
      const found = roles.find(isThis(definition))
      return found === undefined ? [] : [[definition.id as string, found] as const]
    }),
  )
}

export const contentsOf = (role: RoleDefinition): RoleContents => {
  if (role.kind === 'builtin' || role.contents === undefined) throw new Error(`${role.name} has no contents`)
  return role.contents
}

export const handOf = (stage: Stage, traits: PlatformTraits, { fallback }: HarnessRoles) => {
  const { platform, community } = stage
  // As a plan does: the roles are read once, and again after each change of a role.
  let known: ReadonlyMap<string, PlatformRole> | undefined
  const run = async (change: Change): Promise<Applied> => {
    known ??= await rolesOf(platform, community)
    const roles = known
    if (/Role$/.test(change.kind)) known = undefined
    return platform.apply(change, roles)
  }

  const account = async (email = person): Promise<Account> => {
    const found = (await platform.snapshot()).accounts.find((one) => one.email === fold(email))
    if (found === undefined) throw new Error('no such account')
    return found
  }
  const role = async (definition: RoleDefinition): Promise<PlatformRole> => {
    const found = (await rolesOf(platform, community)).get(definition.id)
    if (found === undefined) throw new Error(`no role ${definition.id}`)
    return found
  }
  /** As the planner hands contents over: names replaced by what they stand for. */
  const expanded = async (contents: RoleContents): Promise<RoleContents> => {
    const { permissions } = await platform.snapshot()
    if (permissions === undefined) return contents
    const grants = new Map(permissions.map((one) => [one.name, one.grants]))
    const all = contents.permissions.flatMap((name) => grants.get(name) ?? [name])
    return { ...contents, permissions: [...new Set(all)].toSorted() }
  }
  const prepare = async (...definitions: readonly RoleDefinition[]): Promise<void> => {
    for (const definition of definitions)
      await run(make.createRole(definition, await expanded(contentsOf(definition))))
  }
  const join = async (...roles: readonly RoleDefinition[]): Promise<Account> => {
    const ids = roles.map(({ id }) => id as string)
    await run(make.invite(person, ids))
    return account()
  }
  const grant = (to: Account, definition: RoleDefinition) => run(make.grant(person, to.id, definition.id))
  const revoke = async (from: Account, definition: RoleDefinition) =>
    run(make.revoke(person, from.id, definition.id, (await role(definition)).id))
  /**
   * One role for another: in one write where an account never is without, else in two. A built-in role comes last, as platforms refuse it
   * beside others.
   */
  const swap = async (
    of: Account,
    from: RoleDefinition,
    to: RoleDefinition,
    order: 'grantFirst' | 'revokeFirst' = to.kind === 'builtin' ? 'revokeFirst' : 'grantFirst',
  ): Promise<void> => {
    if (traits.alwaysOneRole) {
      const replaces = { role: from.id, platformRole: (await role(from)).id }
      await run({ ...make.grant(person, of.id, to.id), replaces })
      return
    }
    if (order === 'revokeFirst') await revoke(of, from)
    await grant(of, to)
    if (order === 'grantFirst') await revoke(of, from)
  }

  /** What a suspended person looks like who held these roles. */
  const suspended = (...held: readonly RoleDefinition[]): Truth => ({
    status: 'disabled',
    roles: traits.suspension === 'status' ? held.map(shown).toSorted() : [],
  })
  /** Ends a suspension and gives the role again where it was taken. */
  const comeBack = async (of: Account, to: RoleDefinition): Promise<void> => {
    if (traits.suspension === 'fallbackRole') {
      if (fallback === undefined) throw new Error('the harness names no fallback role')
      const replaces = { platformRole: (await role(fallback)).id }
      await run({ ...make.grant(person, of.id, to.id), replaces, resumes: true })
      return
    }
    await run(make.resume(person, of.id))
    if (traits.suspension === 'stripRoles') await grant(of, to)
  }
  const fresh = traits.invitationLifetime === undefined ? ('enabled' as const) : ('pending' as const)
  /** Somebody who joined with these roles, before they did anything. */
  const joined = (...held: readonly RoleDefinition[]): Truth => ({
    status: fresh,
    roles: held.map(shown).toSorted(),
  })
  const working = (...held: readonly RoleDefinition[]): Truth => ({
    status: 'enabled',
    roles: held.map(shown).toSorted(),
  })
  return {
    run,
    account,
    role,
    expanded,
    prepare,
    join,
    grant,
    revoke,
    swap,
    suspended,
    comeBack,
    joined,
    working,
    fresh,
  }
}
