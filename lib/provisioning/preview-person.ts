import type { Stamp } from '../core/audit.ts'
import type { Connection } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, type MemberId, memberId } from '../core/ids.ts'
import { afterLogin, type Login, type LoginStatement } from '../core/login.ts'
import type { Member } from '../core/member.ts'
import type { MemberDraft } from '../core/ports/directory.ts'
import type { SignedIn, SignInClaim } from '../core/ports/logins.ts'
import type { PreviewRequest } from '../core/ports/preview.ts'
import type { PreviewPerson } from '../core/preview-login.ts'
import { refusalRemedies } from '../core/preview-remedies.ts'
import { type AcceptDeps, acceptLogin } from './login-accept.ts'
import { findMember } from './login-find.ts'
import type { Reads } from './standing.ts'

export type PreviewLoginDeps = Reads & Omit<AcceptDeps, 'configuration'>

export type Person = {
  readonly person: PreviewPerson
  readonly member: Member
  readonly fresh: boolean
  readonly before: Login | undefined
  readonly after: Login | undefined
}

const unknownMember = (connection: ConnectionId, id: MemberId): ConnectorError =>
  new ConnectorError(
    'notFound',
    `connection ${connection} has no member ${id}; check the id and the connection, or look for them by userName with npx rolecall explain`,
    { field: 'member' },
  )

/** Somebody of whom nothing is known but the login. */
const stranger = (
  deps: Pick<Reads, 'clock'>,
  connection: ConnectionId,
  draft: Partial<MemberDraft> = {},
): Member => {
  const now = deps.clock.now()
  return {
    userName: '',
    active: true,
    attributes: {},
    ...draft,
    connection,
    id: memberId('nobody-yet'),
    version: 1,
    incarnation: 1,
    created: now,
    lastModified: now,
  }
}

/** The real acceptance over a store that keeps nothing: what a login would do is not worked out a second time. */
const accepted = (
  deps: PreviewLoginDeps,
  { connection, configuration }: PreviewRequest,
  claim: SignInClaim,
): Promise<SignedIn> => {
  const stamp: Stamp = {
    connection,
    at: claim.statement.at,
    requestId: 'preview',
    actor: { kind: 'login', by: 'saml' },
  }
  const unwritten: AcceptDeps = {
    ...deps,
    configuration: async () => configuration,
    directory: {
      ...deps.directory,
      createMember: async (_stamp, draft) => ({ kind: 'written', member: stranger(deps, connection, draft) }),
    },
    logins: { ...deps.logins, saveLogin: async (_stamp, _before, login) => ({ kind: 'saved', login }) },
  }
  return acceptLogin(unwritten, stamp, claim)
}

const shownBy = (member: Member, before: Login | undefined, statement: LoginStatement): Login =>
  afterLogin(
    before,
    { connection: member.connection, member: member.id, life: member.incarnation },
    statement,
  )

/** As if they were let in: as whom it would have been, or as somebody the directory knows nothing else of. */
const refused = async (
  deps: PreviewLoginDeps,
  { connection }: PreviewRequest,
  { code, member: id }: Pick<Extract<PreviewPerson, { readonly kind: 'refused' }>, 'code' | 'member'>,
  statement: LoginStatement,
): Promise<Person> => {
  const person = {
    kind: 'refused' as const,
    code,
    remedy: refusalRemedies[code],
    ...(id === undefined ? {} : { member: id }),
  }
  const found = id === undefined ? undefined : await deps.directory.memberOrTombstone(connection, id)
  const before = found === undefined ? undefined : await deps.logins.login(connection, found.id)
  const member = found ?? stranger(deps, connection)
  return { person, member, fresh: found === undefined, before, after: shownBy(member, before, statement) }
}

const signedIn = async (
  deps: PreviewLoginDeps,
  request: PreviewRequest,
  settings: Connection,
  claim: SignInClaim,
): Promise<Person> => {
  const result = await accepted(deps, request, claim)
  if (result.kind === 'refused') return refused(deps, request, result, claim.statement)
  const { member, login: after, created } = result
  if (created) return { person: { kind: 'created' }, member, fresh: true, before: undefined, after }
  const [found, before] = await Promise.all([
    findMember(deps, settings, claim),
    deps.logins.login(request.connection, member.id),
  ])
  const by = found.kind === 'member' ? found.by : 'identity'
  return { person: { kind: 'member', member: member.id, by }, member, fresh: false, before, after }
}

/** Without a claim, whose record is named is taken for them. */
const named = async (
  deps: PreviewLoginDeps,
  { connection }: PreviewRequest,
  id: MemberId,
  statement: LoginStatement | undefined,
): Promise<Person> => {
  const member = await deps.directory.memberOrTombstone(connection, id)
  if (member === undefined) throw unknownMember(connection, id)
  const before = await deps.logins.login(connection, id)
  return {
    person: { kind: 'member', member: id, by: 'named' },
    member,
    fresh: false,
    before,
    after: statement === undefined ? before : shownBy(member, before, statement),
  }
}

const anybody = (
  deps: PreviewLoginDeps,
  { connection }: PreviewRequest,
  statement: LoginStatement,
): Person => {
  const member = stranger(deps, connection)
  return {
    person: { kind: 'unknown' },
    member,
    fresh: true,
    before: undefined,
    after: shownBy(member, undefined, statement),
  }
}

/** Whom it is about, and what their logins show before and after it. */
export const personOf = async (
  deps: PreviewLoginDeps,
  request: PreviewRequest,
  settings: Connection,
  statement: LoginStatement | undefined,
): Promise<Person> => {
  const { subject } = request
  if (subject.member !== undefined) return named(deps, request, subject.member, statement)
  if (subject.kind === 'stored' || statement === undefined)
    throw new ConnectorError('internal', 'a preview of nobody was asked for')
  const { claiming } = subject
  switch (claiming.kind) {
    case 'claim':
      return signedIn(deps, request, settings, claiming.claim)
    case 'rejected':
      return refused(deps, request, claiming, statement)
    case 'nobody':
      return anybody(deps, request, statement)
  }
}
