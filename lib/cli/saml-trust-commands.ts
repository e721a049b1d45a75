import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { IdentityProvider } from '../core/ports/logins.ts'
import { believe } from '../saml/trust/believe.ts'
import { fetchMetadata } from '../saml/trust/fetch.ts'
import { type Followed as Outcome, usableCertificates } from '../saml/trust/follow.ts'
import { problemText, type TrustProblem } from '../saml/trust/problems.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { deciderFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { readText } from './files.ts'
import { meanwhile, type SamlConnection, samlConnectionNamed, stampOf } from './saml-trust-names.ts'
import { certificateLine, shownCertificates, signOnLines } from './saml-trust-text.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const refused = (found: TrustProblem): ConnectorError =>
  new ConnectorError('invalidValue', problemText(found), { field: found.field })

type Source = { readonly text: string; readonly url?: string }

const sourceOf = async (house: House, { id, saml }: SamlConnection, file: string): Promise<Source> => {
  if (file !== '') return { text: await readText(file) }
  if (saml.metadata.kind === 'stored')
    throw usageError(`FILE is missing: the metadata of ${id} are stored, and have no address`)
  const { url } = saml.metadata
  const text = await fetchMetadata(house.get, url, house.access.local)
  if (typeof text !== 'string') throw refused(text)
  return { text, url }
}

type Followed = Extract<Outcome, { readonly kind: 'followed' }>

const sameButForCertificates = (a: IdentityProvider | undefined, b: IdentityProvider): boolean =>
  a !== undefined &&
  a.entityId === b.entityId &&
  a.signOn.redirect === b.signOn.redirect &&
  a.signOn.post === b.signOn.post &&
  a.wantsSignedRequests === b.wantsSignedRequests

const returned = (a: IdentityProvider | undefined, b: IdentityProvider): boolean =>
  b.certificates.some(
    ({ fingerprint, gone }) =>
      gone === undefined &&
      a?.certificates.find((one) => one.fingerprint === fingerprint)?.gone !== undefined,
  )

const changes = (before: IdentityProvider | undefined, { provider, notes }: Followed): boolean =>
  notes.length > 0 || !sameButForCertificates(before, provider) || returned(before, provider)

const shownOf = ({ provider, notes, unsuitable }: Followed) => ({
  connection: provider.connection,
  entityId: provider.entityId,
  signOn: provider.signOn,
  certificates: shownCertificates(
    provider,
    new Set(notes.filter(({ kind }) => kind === 'certificateTrusted').map(({ fingerprint }) => fingerprint)),
  ),
  unsuitable,
})

const sayFollowed = (terminal: Terminal, followed: Followed): void => {
  const { connection, entityId, certificates, unsuitable } = shownOf(followed)
  say(terminal, `Identity provider ${entityId} of ${connection}`, 'bold')
  for (const line of signOnLines(followed.provider)) say(terminal, line)
  for (const one of certificates)
    say(terminal, certificateLine(one), one.state === 'new' ? 'yellow' : undefined)
  for (const { fingerprint, why } of unsuitable) say(terminal, `  left out ${fingerprint}  ${why}`)
}

/** `by`: who decided on what is new; absent: nothing is. Either way it was read and believed, and what failed before is over. */
const keep = async (house: House, followed: Followed, by: string | undefined): Promise<void> => {
  const { provider, notes } = followed
  if (by !== undefined) {
    const stamp = stampOf(house, provider.connection, by)
    if ((await house.trust.saveIdentityProvider(stamp, provider, notes)) === 'stale')
      throw meanwhile(provider.connection)
  }
  await house.metadataFailures.forgetMetadataFailure(provider.connection)
}

/** What is left to do where the metadata name nothing but revoked keys. */
const shutNote = (connection: ConnectionId): string =>
  `every certificate in them is revoked here, and every login at ${connection} is refused: let the identity provider make a new key, or take a revocation back with npx rolecall saml revoke ${connection} FINGERPRINT --undo --reason TEXT`

type Outlook = { readonly news: boolean; readonly yes: boolean; readonly shut: boolean }

const verdict = ({ news, yes }: Outlook): string => {
  if (!news) return 'It is trusted so already; there is nothing to do.'
  return yes
    ? 'Trusted from the next login on.'
    : 'Nothing was written; compare the fingerprints with the identity provider, then the same command with --yes does it.'
}

const exitOf = ({ news, yes, shut }: Outlook): Exit => {
  if (news && !yes) return exits.pending
  return shut ? exits.error : exits.nothing
}

const sayOutcome = (terminal: Terminal, followed: Followed, outlook: Outlook): void => {
  const { news, yes, shut } = outlook
  sayFollowed(terminal, followed)
  if (news || !shut) say(terminal, verdict(outlook), news && !yes ? undefined : 'green')
}

/** Without `--yes` it is shown only: a person consents to what they saw. */
export const trustProvider = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name, 'file?': file } = positionals(given, 'connection', 'file?')
  const [by, json, yes] = [deciderFrom(given, house), given.flag('json'), given.flag('yes')]
  const connection = await samlConnectionNamed(house, name)
  const { text, url } = await sourceOf(house, connection, file)
  const before = await house.trust.identityProvider(connection.id)
  const followed = await believe(text, {
    connection,
    before,
    ...(url === undefined ? {} : { url }),
    byHand: true,
    local: house.access.local,
    now: house.clock.now(),
  })
  if (followed.kind === 'problem') throw refused(followed)
  const news = changes(before, followed)
  const shut = usableCertificates(followed.provider, house.clock.now()).length === 0
  const outlook = { news, yes, shut }
  if (yes) await keep(house, followed, news ? by : undefined)
  if (json) sayJson(terminal, { ...shownOf(followed), changes: news, trusted: yes && news })
  else sayOutcome(terminal, followed, outlook)
  if (shut) complain(terminal, 'warning', shutNote(connection.id))
  return exitOf(outlook)
}
