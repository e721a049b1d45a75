import { ConnectorError } from '../core/errors.ts'
import type { IdentityProvider } from '../core/ports/logins.ts'
import { believe } from '../saml/trust/believe.ts'
import { fetchMetadata } from '../saml/trust/fetch.ts'
import type { Followed as Outcome } from '../saml/trust/follow.ts'
import { problemText, type TrustProblem } from '../saml/trust/problems.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { deciderFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { readText } from './files.ts'
import { meanwhile, type SamlConnection, samlConnectionNamed, stampOf } from './saml-trust-names.ts'
import { certificateLine, shownCertificates, signOnLines } from './saml-trust-text.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
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

const keep = async (house: House, followed: Followed, by: string): Promise<void> => {
  const { provider, notes } = followed
  const stamp = stampOf(house, provider.connection, by)
  if ((await house.trust.saveIdentityProvider(stamp, provider, notes)) === 'stale')
    throw meanwhile(provider.connection)
  await house.metadataFailures.forgetMetadataFailure(provider.connection)
}

const verdict = (news: boolean, yes: boolean): string => {
  if (!news) return 'It is trusted so already; there is nothing to do.'
  return yes
    ? 'Trusted from the next login on.'
    : 'Nothing was written; compare the fingerprints with the identity provider, then the same command with --yes does it.'
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
  if (yes && news) await keep(house, followed, by)
  if (json) sayJson(terminal, { ...shownOf(followed), changes: news, trusted: yes && news })
  else {
    sayFollowed(terminal, followed)
    say(terminal, verdict(news, yes), news && !yes ? undefined : 'green')
  }
  return news && !yes ? exits.pending : exits.nothing
}
