import { tenantsWith } from './access.ts'
import { boolean, integer, list, name, nullable, optional, queryValue, type Shape, text } from './checks.ts'
import { tenantById, withThing } from './lookup.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showTenant } from './show.ts'
import { type Fields, sieved, sieveQuery } from './sieve.ts'
import type { Tenant, World } from './world.ts'

const fieldsOf = (world: World): Fields<Tenant> =>
  world.switches.tenantFilter === 'ignored'
    ? {}
    : {
        id: ({ id }) => id,
        name: ({ name: own }) => own,
        slug: ({ slug }) => slug,
        isMsp: ({ isMsp }) => isMsp,
        active: ({ active }) => active,
        parentTenantId: ({ parentTenantId }) => parentTenantId,
      }

const listTenants = ({ world, query, caller }: Call): Answer => {
  const seen = tenantsWith(world, caller, 'tenants:view')
  const mspOnly = queryValue(query, 'mspOnly')?.toLowerCase() === 'true'
  const tenants = world.tenants.filter(({ id, isMsp }) => seen.has(id) && (isMsp || !mspOnly))
  return ok(
    sieved(query, tenants, fieldsOf(world), world.switches.pageCap).map((one) => showTenant(world, one)),
  )
}

const tenantFound = (call: Call, permission: string): Tenant | undefined => {
  const tenant = tenantById(call.world, idOf(call))
  return tenant !== undefined && tenantsWith(call.world, call.caller, permission).has(tenant.id)
    ? tenant
    : undefined
}

const createShape: Shape = {
  name,
  ownerTenantId: optional(nullable(integer)),
  principalId: optional(nullable(text)),
  partnerPrincipalId: optional(nullable(text)),
  limitToDomains: optional(nullable(list(text))),
  slug: optional(nullable(text)),
  parentTenantId: optional(nullable(integer)),
  isMsp: optional(boolean),
}
const updateShape = ({ switches }: World): Shape => ({
  ...(switches.generation === 'legacy' ? { id: optional(integer) } : {}),
  name,
  slug: optional(nullable(text)),
  parentTenantId: optional(nullable(integer)),
  isMsp: optional(boolean),
})

type Given = {
  readonly name: string
  readonly slug?: string | null
  readonly parentTenantId?: number | null
  readonly ownerTenantId?: number | null
  readonly isMsp?: boolean
}

const lost = (world: World, ...ids: readonly (number | null | undefined)[]): boolean =>
  ids.some((id) => id != null && tenantById(world, id) === undefined)

const createTenant = ({ world, now, body }: Call): Answer => {
  const given = body as Given
  if (lost(world, given.parentTenantId, given.ownerTenantId)) return refuse(400, 'unknown tenant')
  const tenant: Tenant = {
    id: world.nextId,
    name: given.name,
    slug: given.slug ?? null,
    parentTenantId: given.parentTenantId ?? null,
    ownerTenantId: given.ownerTenantId ?? null,
    active: true,
    isMsp: given.isMsp ?? false,
    tagIds: [],
    markedForDeletionAt: null,
    createdAt: now,
    updatedAt: now,
  }
  const next = { ...world, nextId: tenant.id + 1, tenants: [...world.tenants, tenant] }
  return ok(showTenant(next, tenant), next)
}

const updateTenant = (call: Call): Answer => {
  const tenant = tenantFound(call, 'tenants:manage')
  if (tenant === undefined) return unknownThing('Tenant')
  const given = call.body as Given
  if (lost(call.world, given.parentTenantId) || given.parentTenantId === tenant.id)
    return refuse(400, 'parentTenantId: unknown tenant')
  const next: Tenant = {
    ...tenant,
    name: given.name,
    slug: given.slug === undefined ? tenant.slug : given.slug,
    parentTenantId: given.parentTenantId ?? null,
    isMsp: given.isMsp ?? tenant.isMsp,
    updatedAt: call.now,
  }
  const world = withThing(call.world, 'tenants', tenant.id, next)
  return ok(showTenant(world, next), world)
}

const switching =
  (active: boolean) =>
  (call: Call): Answer => {
    const tenant = tenantFound(call, 'tenants:manage')
    if (tenant === undefined) return unknownThing('Tenant')
    return done(withThing(call.world, 'tenants', tenant.id, { ...tenant, active, updatedAt: call.now }))
  }

/** Entra groups, for targeting deployments; they give nobody a role. */
const azureGroups = (call: Call): Answer =>
  tenantFound(call, 'tenants:view') === undefined ? unknownThing('Tenant') : ok([])

export const tenantRoutes: readonly Route[] = [
  ...(['legacy', 'rbac'] as const).map(
    (generation): Route => ({
      method: 'GET',
      path: '/tenants',
      generation,
      permission: 'tenants:view',
      legacyOpen: true,
      query: generation === 'legacy' ? sieveQuery : [...sieveQuery, 'mspOnly'],
      handle: listTenants,
    }),
  ),
  {
    method: 'POST',
    path: '/tenants',
    permission: 'tenants:manage',
    body: () => createShape,
    handle: createTenant,
  },
  {
    method: 'GET',
    path: '/tenants/:id',
    permission: 'tenants:view',
    legacyOpen: true,
    handle: (call) => {
      const tenant = tenantFound(call, 'tenants:view')
      return tenant === undefined ? unknownThing('Tenant') : ok(showTenant(call.world, tenant))
    },
  },
  {
    method: 'PUT',
    path: '/tenants/:id',
    permission: 'tenants:manage',
    body: updateShape,
    handle: updateTenant,
  },
  {
    method: 'PATCH',
    path: '/tenants/activate/:id',
    permission: 'tenants:manage',
    handle: switching(true),
  },
  {
    method: 'PATCH',
    path: '/tenants/deactivate/:id',
    permission: 'tenants:manage',
    handle: switching(false),
  },
  {
    method: 'GET',
    path: '/tenants/:id/azure-groups',
    permission: 'tenants:view',
    query: ['search'],
    handle: azureGroups,
  },
  {
    method: 'GET',
    path: '/tenants/:id/azure-groups/:objectId',
    permission: 'tenants:view',
    handle: () => unknownThing('Group'),
  },
]
