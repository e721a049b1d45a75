import { createHash, timingSafeEqual } from 'node:crypto'
import express, { type Request } from 'express'
import SCIMMYRouters, { SCIMMY } from 'scimmy-routers'
import { createDynamoDbPeer } from './peer-dynamodb.ts'
import { createMemoryPeer } from './peer-memory.ts'
import type { PeerDraft, PeerGroup, PeerStore, PeerUser } from './peer-store.ts'
import type { World } from './people.ts'
import type { Below, Meter, Side } from './side.ts'

/** Of one request: what was read for it is not read a second time when it is written. */
type Context = { readonly tenant: string; user?: PeerUser; group?: PeerGroup }
type Asked = {
  readonly id?: string
  readonly filter?: readonly Readonly<Record<string, unknown>>[]
  readonly constraints?: { startIndex?: number; count?: number; totalResults?: number }
}

const stateless = (resource: object): PeerDraft => {
  const {
    id: _id,
    meta: _meta,
    schemas: _schemas,
    groups: _groups,
    ...data
  } = JSON.parse(JSON.stringify(resource))
  return data
}

const shownUser = ({ id, data, created, lastModified, version, groups }: PeerUser): object => ({
  ...data,
  id,
  ...(groups.length === 0
    ? {}
    : { groups: groups.map((group) => ({ value: group.id, display: group.displayName })) }),
  meta: { resourceType: 'User', created, lastModified, version: `W/"${version}"` },
})
const shownGroup = ({ id, displayName, members, created, lastModified, version }: PeerGroup): object => ({
  id,
  displayName,
  members: members.map((value) => ({ value })),
  meta: { resourceType: 'Group', created, lastModified, version: `W/"${version}"` },
})

const notFound = (id: string | undefined): Error =>
  new SCIMMY.Types.Error(404, null as never, `Resource ${id} not found`)

/** `userName eq "…"` or `externalId eq "…"` and nothing else: what an index answers. */
const lookup = ({ filter }: Asked): readonly ['userName' | 'externalId', string] | undefined => {
  const [name, test] = Object.entries(filter?.[0] ?? {})[0] ?? []
  const only = filter?.length === 1 && Object.keys(filter[0] ?? {}).length === 1
  if (!only || (name !== 'userName' && name !== 'externalId') || !Array.isArray(test)) return undefined
  return test[0] === 'eq' ? [name, String(test[1])] : undefined
}

const declareUsers = (store: PeerStore): void => {
  const read = async (asked: Asked, context: Context): Promise<object | object[]> => {
    if (asked.id !== undefined) {
      const user = await store.user(context.tenant, asked.id)
      if (user === undefined) throw notFound(asked.id)
      context.user = user
      return shownUser(user)
    }
    const wanted = lookup(asked)
    if (wanted !== undefined) {
      const user = await store.findUser(context.tenant, ...wanted)
      return user === undefined ? [] : [shownUser(user)]
    }
    if (asked.filter !== undefined)
      throw new SCIMMY.Types.Error(400, 'tooMany', 'userName and externalId only')
    const { startIndex = 1, count = 20 } = asked.constraints ?? {}
    const { total, users } = await store.pageOfUsers(context.tenant, startIndex, count)
    // The page is cut already: told the total, SCIMMY leaves it as it is.
    Object.assign(asked.constraints ?? {}, { totalResults: total })
    return users.map(shownUser)
  }
  const write = async ({ id }: Asked, resource: object, context: Context): Promise<object> => {
    const draft = stateless(resource)
    const before = id === undefined ? undefined : (context.user ?? (await store.user(context.tenant, id)))
    if (id !== undefined && before === undefined) throw notFound(id)
    const saved = before
      ? await store.saveUser(context.tenant, before, draft)
      : await store.createUser(context.tenant, draft)
    if (saved === undefined || saved === 'taken')
      throw new SCIMMY.Types.Error(409, 'uniqueness', 'userName or externalId is taken')
    if (saved === 'stale') throw new SCIMMY.Types.Error(409, null as never, 'changed meanwhile')
    return shownUser(saved)
  }
  SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false))
  SCIMMY.Resources.User.egress(read as never).ingress(write as never)
}

const declareGroups = (store: PeerStore): void => {
  const read = async ({ id = '' }: Asked, context: Context): Promise<object> => {
    const group = await store.group(context.tenant, id)
    if (group === undefined) throw notFound(id)
    context.group = group
    return shownGroup(group)
  }
  const write = async ({ id = '' }: Asked, resource: object, context: Context): Promise<object> => {
    const before = context.group ?? (await store.group(context.tenant, id))
    if (before === undefined) throw notFound(id)
    const { displayName, members = [] } = resource as {
      displayName: string
      members?: readonly { readonly value: string }[]
    }
    const next = { displayName, members: members.map((each) => each.value) }
    return shownGroup(await store.saveGroup(context.tenant, before, next))
  }
  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
  SCIMMY.Resources.Group.egress(read as never).ingress(write as never)
}

const tenantOf = (request: Request): string => request.baseUrl.split('/')[1] ?? ''

const authenticate = async (store: PeerStore, request: Request): Promise<string> => {
  const [, token = ''] = /^Bearer (.+)$/.exec(request.header('authorization') ?? '') ?? []
  const presented = createHash('sha256').update(token).digest('hex')
  const stored = await store.tokenHash(tenantOf(request), presented.slice(0, 16))
  if (stored === undefined || !timingSafeEqual(Buffer.from(presented), Buffer.from(stored)))
    throw new Error('a valid token is required')
  return 'bench'
}

/** scimmy-routers on Express, as its README puts them together. */
export const openPeer = async (world: World, below: Below, meter: Meter): Promise<Side> => {
  const store = below === 'memory' ? createMemoryPeer(world) : await createDynamoDbPeer(world, meter)
  declareUsers(store)
  declareGroups(store)
  const app = express()
  app.disable('x-powered-by').disable('etag')
  // Express 5 parses the query anew at every look, so that the routers' numbers would be lost: kept, it is as under Express 4.
  app.use((request, _response, next) => {
    Object.defineProperty(request, 'query', { value: request.query, writable: true })
    next()
  })
  const routers = new SCIMMYRouters({
    type: 'bearer',
    handler: (request: Request) => authenticate(store, request),
    context: (request: Request): Context => ({ tenant: tenantOf(request) }),
    baseUri: (request: Request) => `http://${request.header('host')}`,
  })
  app.use('/:tenant/scim/v2', routers)
  return { listener: app }
}
