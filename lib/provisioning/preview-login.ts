import type { Configuration, PlatformName } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { fold } from '../core/ids.ts'
import { statementOf } from '../core/login-statement.ts'
import type { MemberGroup } from '../core/matching.ts'
import { pushedGroups } from '../core/member-groups.ts'
import type { PreviewRequest } from '../core/ports/preview.ts'
import { type LoginPreview, previewLogin } from '../core/preview-login.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { departed } from '../core/standing.ts'
import { inParallel } from './parallel.ts'
import { type Person, type PreviewLoginDeps, personOf } from './preview-person.ts'
import { connectionOf, type Reads } from './standing.ts'

const lanes = 8
/** Of all that rules name; more than that nobody reads. */
const mostLookups = 200

/** A platform may be in one of the two only. */
export const traitsOf =
  (deps: Pick<Reads, 'platforms'>, ...configurations: readonly (Configuration | undefined)[]) =>
  (platform: PlatformName): PlatformTraits => {
    const communities = configurations.flatMap((one) => one?.communities ?? [])
    const community = communities.find((one) => one.platform === platform)
    if (community === undefined)
      throw new ConnectorError('internal', `no community of the configuration is on ${platform}`)
    return deps.platforms.traits(community)
  }

const pushedTo = async (deps: Reads, { member, fresh }: Person): Promise<readonly MemberGroup[]> => {
  if (fresh || departed(member)) return []
  const memberships = await deps.directory.membershipsOf(member.connection, [member])
  return pushedGroups(memberships.get(member.id)?.groups ?? [])
}

/** A group that rules name and nobody has pushed is, mostly, a name spelt otherwise. */
const withKnown = async (deps: Reads, preview: LoginPreview): Promise<LoginPreview> => {
  const names = [...new Set(preview.missing.flatMap((one) => one.names))].slice(0, mostLookups)
  const found = await inParallel(names, lanes, async (value) => {
    const [named, numbered] = await Promise.all([
      deps.directory.findGroups(preview.connection, { by: 'displayName', value }),
      deps.directory.findGroups(preview.connection, { by: 'externalId', value }),
    ])
    return named.length + numbered.length > 0 ? [fold(value)] : []
  })
  const known = new Set(found.flat())
  return {
    ...preview,
    missing: preview.missing.map((one) => ({
      ...one,
      known: one.names.filter((name) => known.has(fold(name))),
    })),
  }
}

/** What a login would do, or how somebody stands: the same functions, over reads only. Nothing is written and no platform is asked. */
export const previewOf = async (deps: PreviewLoginDeps, request: PreviewRequest): Promise<LoginPreview> => {
  const { configuration, current, connection, subject } = request
  const settings = connectionOf(configuration, connection)
  if (settings === undefined)
    throw new ConnectorError(
      'notFound',
      `the configuration has no connection ${connection}; it has ${configuration.connections.map(({ id }) => id).join(', ') || 'none'}`,
      { field: 'connection' },
    )
  const now = deps.clock.now()
  const statement =
    subject.kind === 'stored'
      ? undefined
      : subject.claiming.kind === 'claim'
        ? subject.claiming.claim.statement
        : statementOf(settings, subject.attributes, now)
  const person = await personOf(deps, request, settings, statement)
  const pushed = await pushedTo(deps, person)
  const preview = previewLogin({
    now,
    traits: traitsOf(deps, configuration, current),
    patterns: deps.patterns,
    configuration,
    current,
    person: person.person,
    member: person.member,
    fresh: person.fresh,
    pushed,
    login: person.before,
    after: person.after,
    statement,
    ...(subject.kind === 'login' ? { attributes: subject.attributes } : {}),
  })
  return withKnown(deps, preview)
}
