import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Grant } from './access.ts'
import type { RbacApi } from './access-api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import { assignmentDto, scopeKey, scopeOfAssignment } from './scopes.ts'
import type { AssignmentShape, GroupShape } from './shapes.ts'

/**
 * One group per role and scope of the configuration, made when it is first needed. It holds exactly one assignment; what somebody put into it
 * beside that makes it theirs, and nothing is done with it any more.
 */
export type ManagedGroups = {
  readonly isOurs: (group: GroupShape) => boolean
  readonly ensure: (grant: Grant, facts: Facts) => Promise<number>
  /** What a group gives, if it is one of ours and as we made it. */
  readonly meant: (
    group: GroupShape,
    assignments: readonly AssignmentShape[],
    facts: Facts,
  ) => Omit<Grant, 'label'> | undefined
}

const prefix = 'Rolecall: '
const description = 'Kept by Rolecall: members are added and removed as the identity provider says.'

const isOurs = ({ name }: GroupShape): boolean => name.startsWith(prefix)

export const createManagedGroups = (api: RbacApi, clock: Clock, dialect: Dialect): ManagedGroups => {
  const meant: ManagedGroups['meant'] = (group, assignments, { tenants }) => {
    const [only, ...more] = assignments
    if (!isOurs(group) || only === undefined || more.length > 0 || !only.isAllow) return undefined
    const scope = scopeOfAssignment(only, tenants)
    return scope === undefined ? undefined : { role: String(only.roleId), scope }
  }
  const gives = (group: GroupShape, assignments: readonly AssignmentShape[], grant: Grant, facts: Facts) => {
    const found = meant(group, assignments, facts)
    return found !== undefined && found.role === grant.role && scopeKey(found.scope) === scopeKey(grant.scope)
  }

  const made = async (name: string): Promise<GroupShape> =>
    settled(
      clock,
      `creating group "${name}"`,
      () => api.createGroup({ name, description }),
      async () => (await api.groups()).find((group) => group.name === name),
    )

  /** A group that came out otherwise must not stand under our name: nobody is in it yet. */
  const fill = async (group: GroupShape, grant: Grant, facts: Facts): Promise<number> => {
    const msps = facts.tenants.filter(({ isMsp }) => isMsp === true)
    const msp = msps.length === 1 ? msps[0]?.id : undefined
    const places = {
      msp,
      ownTenant: dialect.ownTenantId === 'with' ? (facts.own.tenantId ?? msp) : undefined,
    }
    const { kind, dto } = assignmentDto(grant.scope, group.id, Number(grant.role), places)
    try {
      return await settled(
        clock,
        `assigning the role to group "${group.name}"`,
        () => api.assign(kind, dto),
        async () =>
          gives(group, await api.assignmentsOfGroup(group.id), grant, facts) ? group.id : undefined,
      )
    } catch (error) {
      if (isConnectorError(error, 'platformDisagrees', 'platformRefused')) await api.deleteGroup(group.id)
      throw error
    }
  }

  const foreign = (name: string): ConnectorError =>
    new ConnectorError(
      'platformRefused',
      `group "${name}" does not hold exactly the one role assignment it was made with; put it back, or rename the group`,
      { field: 'roles' },
    )

  /** `other`: as we made it, for another role or scope than this one. */
  const what = async (group: GroupShape, grant: Grant, facts: Facts): Promise<'this' | 'empty' | 'other'> => {
    const assignments = await api.assignmentsOfGroup(group.id)
    if (gives(group, assignments, grant, facts)) return 'this'
    if (meant(group, assignments, facts) !== undefined) return 'other'
    if (assignments.length === 0 && (await api.members(group.id)).length === 0) return 'empty'
    throw foreign(group.name)
  }
  const look = async (
    named: readonly GroupShape[],
    grant: Grant,
    facts: Facts,
  ): Promise<number | 'absent' | 'other'> => {
    const seen: { readonly group: GroupShape; readonly is: 'empty' | 'other' }[] = []
    for (const group of named) {
      const is = await what(group, grant, facts)
      if (is === 'this') return group.id
      seen.push({ group, is })
    }
    const empty = seen.find(({ is }) => is === 'empty')
    if (empty !== undefined) return fill(empty.group, grant, facts)
    return seen.length === 0 ? 'absent' : 'other'
  }

  return {
    isOurs,
    meant,
    ensure: async (grant, facts) => {
      const groups = await api.groups()
      // The second name is for a role whose scope was changed: who holds it in the old one stays there until it is taken.
      const names = [`${prefix}${grant.label}`, `${prefix}${grant.label} (${scopeKey(grant.scope)})`]
      for (const name of names) {
        const found = await look(
          groups.filter((group) => group.name === name),
          grant,
          facts,
        )
        if (found === 'absent') return fill(await made(name), grant, facts)
        if (found !== 'other') return found
      }
      throw foreign(names.at(-1) ?? '')
    },
  }
}
