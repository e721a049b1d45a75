import { assignmentsOf } from './access.ts'
import { emailOf, isMsp, nameOf, tenantById } from './lookup.ts'
import { type Answer, type Call, ok, type Route } from './routing.ts'

/** `GET /auth`: who we are. The old flags keep their default in the newer generation. */
const auth = ({ world, caller }: Call): Answer => {
  const legacy = world.switches.generation === 'legacy'
  const allowed = assignmentsOf(world, caller.id).filter(({ isAllow }) => isAllow)
  const ids = allowed.flatMap(({ roleId }) => world.roles.find(({ id }) => id === roleId)?.permissions ?? [])
  return ok({
    userId: caller.id,
    tenantId: caller.tenantId,
    personId: caller.personId,
    displayName: nameOf(world, caller),
    email: emailOf(world, caller),
    tenantName: tenantById(world, caller.tenantId)?.name ?? null,
    isAdmin: legacy && caller.isAdmin,
    isMSP: isMsp(world, caller),
    isSupportTechnician: false,
    canManageCrossTenantDeployments: legacy && caller.canManageCrossTenantDeployments,
    isImmense: false,
    currentReleaseVersion: legacy
      ? { major: 0, minor: 74, patch: 1, isPrerelease: false }
      : { major: 0, minor: 80, patch: 0, isPrerelease: false },
    claims: legacy ? [] : [...new Set(ids)].map((id) => ({ type: 'permission', value: id })),
    openAccessRequestCount: world.requests.length,
  })
}

export const callerRoutes: readonly Route[] = [
  { method: 'GET', path: '/auth', legacyOpen: true, handle: auth },
]
