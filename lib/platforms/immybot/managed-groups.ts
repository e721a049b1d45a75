import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Grant } from './access.ts'
import type { RbacApi } from './access-api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import { assignmentDto, scopeKey, scopeOfAssignment } from './scopes.ts'
import type { AssignmentShape, GroupShape } from './shapes.ts'

type Given = Omit<Grant, 'label'>

/**
 * One group per role and scope of the configuration, made when it is first needed, with exactly one assignment. When somebody puts another one
 * beside it, nobody is put in any more; people are taken out of it all the same, whatever it is called by then.
 */
export type ManagedGroups = {
  readonly isOurs: (group: GroupShape) => boolean
  readonly ensure: (grant: Grant, facts: Facts) => Promise<number>
  /** What a group gives, if it is one of ours and as we made it. */
  readonly meant: (
    group: GroupShape,
    assignments: readonly AssignmentShape[],
    facts: Facts,
  ) => Given | undefined
  /** What a group of ours was made for, whatever else was put into it since. */
  readonly madeFor: ManagedGroups['meant']
}

const prefix = 'Rolecall: '
const description = 'Kept by Rolecall: members are added and removed as the identity provider says.'

const isOurs = (group: GroupShape): boolean =>
  group.name.startsWith(prefix) || group.description === description

const same = (a: Given, b: Given): boolean => a.role === b.role && scopeKey(a.scope) === scopeKey(b.scope)

const givenBy = (one: AssignmentShape, { tenants }: Facts): Given | undefined => {
  const scope = scopeOfAssignment(one, tenants)
  return scope === undefined || !one.isAllow ? undefined : { role: String(one.roleId), scope }
}

export const createManagedGroups = (api: RbacApi, clock: Clock, dialect: Dialect): ManagedGroups => {
  const ready = new Map<string, number>()

  const madeFor: ManagedGroups['meant'] = (group, assignments, facts) => {
    if (!isOurs(group)) return undefined
    const [first] = assignments.filter(({ isAllow }) => isAllow).toSorted((a, b) => a.id - b.id)
    return first === undefined ? undefined : givenBy(first, facts)
  }
  /** Two workers that filled it at once said the same twice. */
  const meant: ManagedGroups['meant'] = (group, assignments, facts) => {
    const made = madeFor(group, assignments, facts)
    const all = assignments.map((one) => givenBy(one, facts))
    return made !== undefined && all.every((one) => one !== undefined && same(one, made)) ? made : undefined
  }
  const gives = (group: GroupShape, assignments: readonly AssignmentShape[], grant: Grant, facts: Facts) => {
    const found = meant(group, assignments, facts)
    return found !== undefined && same(found, grant)
  }

  const named = async (name: string): Promise<readonly GroupShape[]> =>
    (await api.groups()).filter((group) => group.name === name)

  const make = async (name: string): Promise<readonly GroupShape[]> => {
    const seen = async () => {
      const groups = await named(name)
      return groups.length === 0 ? undefined : groups
    }
    try {
      return await settled(
        clock,
        `creating group "${name}"`,
        () => api.createGroup({ name, description }),
        seen,
      )
    } catch (error) {
      // Refused because another worker was faster.
      const groups = isConnectorError(error, 'platformRefused') ? await seen() : undefined
      if (groups !== undefined) return groups
      throw error
    }
  }

  const placesOf = ({ tenants, own }: Facts): Parameters<typeof assignmentDto>[3] => {
    const msps = tenants.filter(({ isMsp }) => isMsp === true)
    const msp = msps.length === 1 ? msps[0]?.id : undefined
    return { msp, ownTenant: dialect.ownTenantId === 'with' ? (own.tenantId ?? msp) : undefined }
  }
  /** A group that came out otherwise must not stand under our name, unless another worker put somebody into it. */
  const fill = async (group: GroupShape, grant: Grant, facts: Facts): Promise<number> => {
    const { kind, dto } = assignmentDto(grant.scope, group.id, Number(grant.role), placesOf(facts))
    const filled = async () =>
      gives(group, await api.assignmentsOfGroup(group.id), grant, facts) ? group.id : undefined
    try {
      return await settled(
        clock,
        `assigning the role to group "${group.name}"`,
        () => api.assign(kind, dto),
        filled,
      )
    } catch (error) {
      if (!isConnectorError(error, 'platformDisagrees', 'platformRefused')) throw error
      if ((await filled()) !== undefined) return group.id
      if ((await api.members(group.id)).length === 0) await api.deleteGroup(group.id)
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
  ): Promise<number | 'other'> => {
    const seen: { readonly group: GroupShape; readonly is: 'empty' | 'other' }[] = []
    for (const group of named) {
      const is = await what(group, grant, facts)
      if (is === 'this') return group.id
      seen.push({ group, is })
    }
    const empty = seen.find(({ is }) => is === 'empty')
    return empty === undefined ? 'other' : fill(empty.group, grant, facts)
  }

  const found = async (grant: Grant, facts: Facts): Promise<number> => {
    const groups = await api.groups()
    // The second name is for a role whose scope was changed: who holds it in the old one stays there until it is taken.
    const names = [`${prefix}${grant.label}`, `${prefix}${grant.label} (${scopeKey(grant.scope)})`]
    for (const name of names) {
      const before = groups.filter((group) => group.name === name)
      const group = await look(before.length === 0 ? await make(name) : before, grant, facts)
      if (group !== 'other') return group
    }
    throw foreign(names.at(-1) ?? '')
  }

  return {
    isOurs,
    meant,
    madeFor,
    ensure: async (grant, facts) => {
      const key = `${grant.label} ${grant.role} ${scopeKey(grant.scope)}`
      const group = ready.get(key) ?? (await found(grant, facts))
      ready.set(key, group)
      return group
    },
  }
}
