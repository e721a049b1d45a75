import { createHash, randomUUID } from 'node:crypto'
import { difference, type PeerDraft, type PeerGroup, type PeerStore, type PeerUser } from './peer-store.ts'
import { few, groupsOf, idOf, many, membersOf, person, seededAt, token, type World } from './people.ts'

type Group = Omit<PeerGroup, 'members'> & { readonly members: Set<string> }
type Tenant = {
  readonly users: Map<string, Omit<PeerUser, 'groups'>>
  /** In the order of creation: any page of it is a slice. */
  readonly order: string[]
  readonly byUserName: Map<string, string>
  readonly byExternalId: Map<string, string>
  readonly groups: Map<string, Group>
  readonly groupsOfUser: Map<string, Set<string>>
}

const createTenant = (): Tenant => ({
  users: new Map(),
  order: [],
  byUserName: new Map(),
  byExternalId: new Map(),
  groups: new Map(),
  groupsOfUser: new Map(),
})

const folded = (name: string): string => name.toLowerCase()
const now = (): string => new Date().toISOString()

const whole = (tenant: Tenant, id: string | undefined): PeerUser | undefined => {
  const user = id === undefined ? undefined : tenant.users.get(id)
  if (user === undefined) return undefined
  const groups = [...(tenant.groupsOfUser.get(user.id) ?? [])].flatMap(
    (group) => tenant.groups.get(group) ?? [],
  )
  return { ...user, groups: groups.map((group) => ({ id: group.id, displayName: group.displayName })) }
}

const insert = (tenant: Tenant, id: string, data: PeerDraft, at: string): void => {
  tenant.users.set(id, { id, data, version: 1, created: at, lastModified: at })
  tenant.order.push(id)
  tenant.byUserName.set(folded(data.userName), id)
  if (data.externalId !== undefined) tenant.byExternalId.set(data.externalId, id)
}

const isFree = (index: ReadonlyMap<string, string>, name: string | undefined, id?: string): boolean => {
  const holder = name === undefined ? undefined : index.get(name)
  return holder === undefined || holder === id
}

const join = (tenant: Tenant, group: Group, user: string): void => {
  group.members.add(user)
  const groups = tenant.groupsOfUser.get(user) ?? new Set<string>()
  tenant.groupsOfUser.set(user, groups.add(group.id))
}
const leave = (tenant: Tenant, group: Group, user: string): void => {
  group.members.delete(user)
  tenant.groupsOfUser.get(user)?.delete(group.id)
}

const seed = (world: World): ReadonlyMap<string, Tenant> => {
  const tenants = new Map<string, Tenant>([
    [few, createTenant()],
    [many, createTenant()],
  ])
  for (const [name, count] of [[few, world.few] as const, [many, world.users + world.extra] as const]) {
    const tenant = tenants.get(name) ?? createTenant()
    for (let n = 0; n < count; n += 1) {
      const { attributes, ...own } = person(n)
      insert(tenant, idOf('user', n), { ...attributes, ...own }, seededAt)
    }
  }
  for (const { connection, id, name: displayName, size } of groupsOf(world)) {
    const tenant = tenants.get(connection) ?? createTenant()
    const life = { version: 1, created: seededAt, lastModified: seededAt }
    const group: Group = { id, displayName, members: new Set(), ...life }
    tenant.groups.set(id, group)
    for (const user of membersOf(size)) join(tenant, group, user)
  }
  return tenants
}

/** Maps, with the indexes anybody would give them. */
export const createMemoryPeer = (world: World): PeerStore => {
  const tenants = seed(world)
  const hash = createHash('sha256').update(token).digest('hex')
  const tenantOf = (name: string): Tenant => tenants.get(name) ?? createTenant()
  return {
    tokenHash: async (tenant, id) => (tenants.has(tenant) && id === hash.slice(0, 16) ? hash : undefined),
    user: async (name, id) => whole(tenantOf(name), id),
    findUser: async (name, by, value) => {
      const tenant = tenantOf(name)
      return whole(
        tenant,
        by === 'userName' ? tenant.byUserName.get(folded(value)) : tenant.byExternalId.get(value),
      )
    },
    pageOfUsers: async (name, startIndex, count) => {
      const tenant = tenantOf(name)
      const ids = tenant.order.slice(startIndex - 1, startIndex - 1 + count)
      return { total: tenant.order.length, users: ids.flatMap((id) => whole(tenant, id) ?? []) }
    },
    createUser: async (name, draft) => {
      const tenant = tenantOf(name)
      if (
        !isFree(tenant.byUserName, folded(draft.userName)) ||
        !isFree(tenant.byExternalId, draft.externalId)
      )
        return undefined
      const id = randomUUID()
      insert(tenant, id, draft, now())
      return whole(tenant, id)
    },
    saveUser: async (name, before, draft) => {
      const tenant = tenantOf(name)
      const { id } = before
      const stored = tenant.users.get(id)
      if (stored?.version !== before.version) return 'stale'
      const userName = folded(draft.userName)
      if (!isFree(tenant.byUserName, userName, id) || !isFree(tenant.byExternalId, draft.externalId, id))
        return 'taken'
      tenant.byUserName.delete(folded(String(stored.data.userName)))
      tenant.byUserName.set(userName, id)
      if (draft.externalId !== undefined) tenant.byExternalId.set(draft.externalId, id)
      tenant.users.set(id, { ...stored, data: draft, version: stored.version + 1, lastModified: now() })
      return whole(tenant, id) ?? 'stale'
    },
    group: async (name, id) => {
      const group = tenantOf(name).groups.get(id)
      return group && { ...group, members: [...group.members] }
    },
    saveGroup: async (name, before, next) => {
      const tenant = tenantOf(name)
      const group = tenant.groups.get(before.id)
      if (group === undefined) return before
      const { added, removed } = difference(before.members, next.members)
      for (const user of added) join(tenant, group, user)
      for (const user of removed) leave(tenant, group, user)
      const after = {
        ...group,
        displayName: next.displayName,
        version: group.version + 1,
        lastModified: now(),
      }
      tenant.groups.set(group.id, after)
      return { ...after, members: [...group.members] }
    },
  }
}
