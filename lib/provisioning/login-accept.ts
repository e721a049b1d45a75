import { isAddress, vouchesFor } from '../core/addresses.ts'
import type { Stamp } from '../core/audit.ts'
import type { Configuration, Connection } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type Instant, later } from '../core/ids.ts'
import {
  afterLogin,
  type Login,
  type LoginFacts,
  type LoginStatement,
  type ShownAttributes,
} from '../core/login.ts'
import { createConcerning, factsOf, maximumAge, sameFacts, shownGroups } from '../core/login-facts.ts'
import type { Member } from '../core/member.ts'
import type { LoginTold, SignedIn, SignInClaim, SignInRefusal } from '../core/ports/logins.ts'
import type { SignInDeps } from './login-deps.ts'
import { type Found, findMember, findNamesake } from './login-find.ts'
import { connectionOf } from './standing.ts'

const attempts = 12
/** Seconds; a pause between two attempts is less than twice the one before it. */
const firstPause = 0.02
const longestPause = 0.5

/** Seconds for which what the last login showed is young enough: to show the same once more is written down no sooner. */
const youngFor = (connection: Connection): number => Math.min(3_600, maximumAge(connection) / 24)

const refused = (code: SignInRefusal, { id }: Pick<Member, 'id'>): SignedIn => ({
  kind: 'refused',
  code,
  member: id,
})

/** Whoever only takes down what was shown, and waits for nothing. */
export type AcceptDeps = Pick<
  SignInDeps,
  'configuration' | 'directory' | 'logins' | 'patterns' | 'clock' | 'random'
>

type Scene = {
  readonly deps: AcceptDeps
  readonly configuration: Configuration
  readonly connection: Connection
  readonly stamp: Stamp
  readonly claim: SignInClaim
}

const nothingShown: LoginFacts = { groups: [], attributes: {} }

/** Names alone: values are personal. */
const changedAttributes = (
  before: LoginFacts | undefined,
  after: LoginFacts | undefined,
): readonly string[] => {
  const [old, next] = [before?.attributes ?? {}, after?.attributes ?? {}]
  const textOf = (attributes: ShownAttributes, name: string): string =>
    JSON.stringify(Object.hasOwn(attributes, name) ? attributes[name] : undefined) ?? ''
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((name) => textOf(old, name) !== textOf(next, name))
    .toSorted()
}

/** What the trail has to be told, and whether rules might see something else than before. */
const toldOf = (
  { deps, configuration, connection, stamp, claim }: Scene,
  member: Member,
  before: Login | undefined,
  after: Login,
): LoginTold | undefined => {
  const concerning = createConcerning(connection, configuration.rules, deps.patterns)
  const factsAt = (login: Login | undefined, at: Instant) => factsOf(connection, member, login, at)
  const [old, facts] = [factsAt(before, stamp.at), factsAt(after, stamp.at)]
  const seen = concerning(facts)
  const news = !sameFacts(concerning(old), seen)
  // The first of a life is always noted: then whatever the trail does not tell was not there.
  const first = before?.life !== after.life
  // What no rule asks for now is told of, too: rules that come later ask the past for it.
  const same = sameFacts(old ?? nothingShown, facts ?? nothingShown)
  if (same && !first && before.identity === after.identity) return undefined
  return {
    news,
    statement: claim.statement.groups.kind,
    concerning: seen.groups,
    shown: shownGroups(connection, facts).length,
    attributes: changedAttributes(old, facts),
  }
}

const sameShown = (before: Login, { groups, attributes }: LoginStatement, since: Instant): boolean => {
  const young = (at: Instant | undefined): boolean => at !== undefined && at > since
  const same = (values: readonly string[], shown: Login['groups']): boolean =>
    young(shown?.at) && JSON.stringify(shown?.values.toSorted()) === JSON.stringify(values.toSorted())
  return (
    (groups.kind !== 'present' || same(groups.names, before.groups)) &&
    Object.entries(attributes).every(([name, values]) =>
      same(values, Object.hasOwn(before.attributes, name) ? before.attributes[name] : undefined),
    )
  )
}

/** Nothing new, and nothing that has to be made younger. */
const worthNothing = (
  { connection, claim, stamp }: Scene,
  before: Login | undefined,
  after: Login,
): boolean =>
  before !== undefined &&
  before.life === after.life &&
  before.identity === after.identity &&
  sameShown(before, claim.statement, later(stamp.at, -youngFor(connection)))

/** Undefined: somebody was faster; look again. */
const record = async (
  scene: Scene,
  { member, by }: Extract<Found, { readonly kind: 'member' }>,
  created: boolean,
): Promise<SignedIn | undefined> => {
  const { deps, stamp, claim } = scene
  const { connection, id, incarnation } = member
  const { identity, statement } = claim
  const before = await deps.logins.login(connection, id)
  const other = before?.identity !== undefined && before.identity !== identity
  // By address alone nobody gets to a record that is somebody's already.
  if (other && (identity !== undefined || by === 'email')) return refused('member.identity', member)
  const person = {
    connection,
    member: id,
    life: incarnation,
    ...(identity === undefined ? {} : { identity }),
  }
  const after = afterLogin(before, person, statement)
  if (before !== undefined && worthNothing(scene, before, after))
    return { kind: 'in', member, login: before, created }
  const saved = await deps.logins.saveLogin(stamp, before, after, toldOf(scene, member, before, after))
  return saved.kind === 'saved' ? { kind: 'in', member, login: saved.login, created } : undefined
}

/** Of a person the directory does not know: whoever is created has the address as their name, and nothing a later push would have to fight. */
const createMember = async ({
  deps,
  stamp,
  connection,
  claim,
}: Scene): Promise<SignedIn | Member | undefined> => {
  const { identity, email, givenName, familyName } = claim
  const creates = connection.saml?.createMembers === true && identity !== undefined
  if (!creates) return { kind: 'refused', code: 'member.unknown' }
  if (email === undefined || !isAddress(email)) return { kind: 'refused', code: 'member.incomplete' }
  if (!vouchesFor(connection, email)) return { kind: 'refused', code: 'member.domain' }
  const namesake = await findNamesake(deps, connection.id, claim)
  if (namesake !== undefined) return namesake
  const name = {
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
  }
  const write = await deps.directory.createMember(stamp, {
    userName: email,
    active: true,
    attributes: {
      emails: [{ value: email, type: 'work', primary: true }],
      ...(Object.keys(name).length === 0 ? {} : { name }),
    },
    createdAtLogin: true,
  })
  return write.kind === 'written' ? write.member : undefined
}

/** Undefined: to be tried again, from the beginning. */
const attempt = async (scene: Scene): Promise<SignedIn | undefined> => {
  const found = await findMember(scene.deps, scene.connection, scene.claim)
  switch (found.kind) {
    case 'refused':
      return found
    case 'member':
      return record(scene, found, false)
    case 'nobody': {
      const created = await createMember(scene)
      if (created === undefined || 'kind' in created) return created
      return record(scene, { kind: 'member', member: created, by: 'identity' }, true)
    }
  }
}

const settingsOf = (configuration: Configuration, { connection }: Stamp): Connection => {
  const settings = connectionOf(configuration, connection)
  if (settings !== undefined) return settings
  throw new ConnectorError('notFound', `the configuration has no connection ${connection}`, {
    field: 'connection',
  })
}

/** Finds or creates the member and keeps what the login showed. Several at once come to the same: each sees what the others wrote. */
export const acceptLogin = async (deps: AcceptDeps, stamp: Stamp, claim: SignInClaim): Promise<SignedIn> => {
  const configuration = await deps.configuration()
  const connection = settingsOf(configuration, stamp)
  const scene: Scene = { deps, configuration, connection, stamp, claim }
  for (let turn = 0; turn < attempts; turn += 1) {
    const done = await attempt(scene)
    if (done !== undefined) return done
    await deps.clock.sleep(deps.random() * Math.min(longestPause, firstPause * 2 ** turn))
  }
  throw new ConnectorError('storeConflict', 'other logins of this member keep coming: try again', {
    retryAfter: 1,
  })
}
