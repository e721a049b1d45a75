import type { Check } from '../../core/checkup.ts'
import { isConnectorError } from '../../core/errors.ts'
import { createRbacApi } from './access-api.ts'
import { isUnknownRoute } from './calls.ts'
import { administration } from './check-rights.ts'
import type { Facts, Generation, Instance } from './instance.ts'
import { heldId, mappedRoles, writtenScope } from './listing.ts'
import { missingCalls } from './needed-calls.ts'
import { scopeOf } from './scopes.ts'
import { openSession, type Session, type SessionDeps } from './session.ts'
import { descriptionOf } from './swagger.ts'

type Deps = SessionDeps & { readonly instance: Instance }

const ok = (subject: string, found: string): Check => ({ subject, state: 'ok', found })
const bad = (state: 'warning' | 'problem', subject: string, found: string, remedy: string): Check => ({
  subject,
  state,
  found,
  remedy,
})

const failed = (subject: string, error: unknown): Check =>
  bad(
    'problem',
    subject,
    error instanceof Error ? error.message : 'it could not be looked at',
    isConnectorError(error, 'platformUnauthorized')
      ? 'renew the client secret, and check tenant and client id'
      : isConnectorError(error, 'platformForbidden')
        ? 'give our service principal the rights of docs/platforms/immybot.md'
        : 'see docs/platforms/immybot.md',
  )

/** Each part says for itself that it could not be looked at. */
const part = async (subject: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> => {
  try {
    return await look()
  } catch (error) {
    return [failed(subject, error)]
  }
}

const ourselves = ({ own, tenants }: Facts): readonly Check[] => {
  const home = tenants.find(({ id }) => id === own.tenantId)
  const where = home === undefined ? 'no tenant it can see' : home.isMsp ? 'the MSP' : `tenant ${home.id}`
  const found = `user ${own.userId} of ${where}`
  return home?.isMsp === true
    ? [ok('service principal', found)]
    : [bad('warning', 'service principal', found, 'make its person in the tenant of the MSP')]
}

const rights = async ({ generation, facts, access }: Session, deps: Deps): Promise<readonly Check[]> => {
  const ask = async (subject: string, look: () => Promise<unknown>): Promise<readonly Check[]> =>
    part(`rights: ${subject}`, async () => {
      await look()
      return [ok(`rights: ${subject}`, 'can be read')]
    })
  const rbac = createRbacApi(deps.call, deps.clock)
  const readings = [
    ...(await ask('users', deps.api.users)),
    ...(await ask('people', () => deps.api.persons('emailAddress', 'nobody@rolecall.invalid'))),
    ...(generation === 'legacy' ? [] : await ask('groups', rbac.groups)),
    ...(generation === 'legacy' ? [] : await ask('role assignments', rbac.assignments)),
  ]
  const mayWrite = await part('rights: administration', async () => {
    const held = await access.ownRoles(facts)
    const roles = await openSession(generation, facts, deps).listed([])
    const own = roles.filter(({ id }) => held.has(id.split('@')[0] ?? ''))
    const createsPersons = deps.dialect.createPersons === 'yes'
    return [administration({ generation, subjects: facts.subjects, own, createsPersons })]
  })
  return [...readings, ...mayWrite]
}

const roles = async ({ facts, listed }: Session, { community }: Deps): Promise<readonly Check[]> => {
  const all = await listed([])
  const known = new Map(all.map((role) => [String(role.id).split('@')[0] ?? '', role]))
  const mapped = mappedRoles(community, facts, known)
  return community.roles.map((definition): Check => {
    const subject = `role ${definition.id}`
    const written = writtenScope(community, definition)
    if (scopeOf(written, facts.tenants) === undefined)
      return bad(
        'problem',
        subject,
        `scope ${written} does not exist, or several have this name`,
        'write the id of a tenant or tag',
      )
    const found = mapped.find((one) => one.definition.id === definition.id)
    if (found === undefined)
      return definition.kind !== 'builtin' && definition.contents !== undefined
        ? ok(subject, `"${definition.name}" will be made`)
        : bad('problem', subject, `there is no role "${definition.name}"`, 'correct its name')
    const role = all.find(({ id }) => id === heldId(found))
    if (role?.name.toLowerCase() !== definition.name.toLowerCase())
      return bad(
        'warning',
        subject,
        `"${definition.name}" is called "${role?.name}" here`,
        `write "${role?.name}"`,
      )
    return ok(subject, `"${role.name}" in ${written}${role.admin ? '; its holders are administrators' : ''}`)
  })
}

const people = async (session: Session): Promise<readonly Check[]> => {
  const { accounts, notices } = await session.look()
  const services = accounts.filter(({ service }) => service)
  const denied = new Set(notices.flatMap((notice) => (notice.kind === 'denied' ? [notice.account] : [])))
  return [
    ok(
      'users',
      `${accounts.length - services.length} people, ${services.length} services and integrations that are left alone`,
    ),
    denied.size === 0
      ? ok('deny assignments', 'none')
      : bad(
          'warning',
          'deny assignments',
          `${denied.size} users have a role denied by hand, and deny wins`,
          'take the deny assignments away where a mapped role is meant to count',
        ),
  ]
}

const description = async (generation: Generation, { call }: Deps): Promise<readonly Check[]> => {
  const subject = 'API description'
  try {
    const missing = missingCalls(generation, await descriptionOf(call))
    return missing.length === 0
      ? [ok(subject, 'it knows every call we make')]
      : [
          bad(
            'problem',
            subject,
            `it does not know ${missing.join(', ')}`,
            'set dialect.generation, or report it with the release number',
          ),
        ]
  } catch (error) {
    if (!isUnknownRoute(error)) throw error
    return [
      bad(
        'warning',
        subject,
        'the instance does not serve it',
        'nothing; the calls were compared with nothing',
      ),
    ]
  }
}

/** For `doctor`: reads only, and throws for nothing. */
export const createCheckup = (deps: Deps) => async (): Promise<readonly Check[]> => {
  const { instance } = deps
  let session: Session | undefined
  const first = await part('credentials', async () => {
    const generation = await instance.generation()
    session = openSession(generation, await instance.facts('now'), deps)
    return [
      ok('credentials', 'Entra gives tokens, and the instance takes them'),
      ...ourselves(session.facts),
      ok(
        'API generation',
        generation === 'rbac' ? 'RBAC: groups and scoped assignments' : 'legacy: roles without scopes',
      ),
    ]
  })
  if (session === undefined) return first
  const open = session
  return [
    ...first,
    ...(await rights(open, deps)),
    ...(await part('roles', () => roles(open, deps))),
    ...(await part('users', () => people(open))),
    ...(await part('API description', () => description(open.generation, deps))),
  ]
}
