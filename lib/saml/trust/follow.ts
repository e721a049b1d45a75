import { goneFor } from '../../core/certificate-news.ts'
import type { SamlSettings } from '../../core/configuration.ts'
import { type ConnectionId, type Instant, later } from '../../core/ids.ts'
import type { IdentityProvider, TrustedCertificate, TrustNote } from '../../core/ports/logins.ts'
import type { MetadataReading } from './metadata.ts'
import { problem, type TrustProblem } from './problems.ts'

/** Metadata that change with every reading must not fill the record: what has been gone longest is dropped earlier then. */
export const mostGone = 12

export type FollowSettings = Pick<SamlSettings, 'entityId' | 'pinned'> & {
  readonly connection: ConnectionId
  /** Where they were read; absent: from a file. */
  readonly url?: string
  /** A person at the command line has seen what they say: counts where certificates are pinned, too. */
  readonly byHand?: true
}
export type Followed =
  | {
      readonly kind: 'followed'
      readonly provider: IdentityProvider
      readonly notes: readonly TrustNote[]
    }
  | TrustProblem

const stillTrusted = ({ gone, revoked }: TrustedCertificate, now: Instant): boolean =>
  revoked === undefined && (gone === undefined || later(gone, goneFor) > now)

/** Those whose signatures count now, the longest trusted first. The only way to them for whoever verifies. */
export const usableCertificates = (
  provider: Pick<IdentityProvider, 'certificates'>,
  now: Instant,
): readonly TrustedCertificate[] => provider.certificates.filter((one) => stillTrusted(one, now))

const otherEntity = (known: string, configured: boolean): TrustProblem =>
  problem(
    'trust.otherEntity',
    'entityID',
    'the metadata are another identity provider’s than the one that is trusted',
    configured
      ? 'take the metadata of the entityID in saml.entityId, or correct that'
      : `if it has really changed, set saml.entityId to the new one; trusted is ${known}`,
  )

const withoutGone = ({ gone: _gone, ...certificate }: TrustedCertificate): TrustedCertificate => certificate

type Sets = { readonly named: ReadonlyMap<string, unknown>; readonly now: Instant }

/** One that was known, after metadata that name it or do not. */
const carried = (known: TrustedCertificate, { named, now }: Sets): TrustedCertificate => {
  // A revoked one is remembered as such, so that no metadata bring it back.
  if (known.revoked !== undefined) return known
  return named.has(known.fingerprint) ? withoutGone(known) : { ...known, gone: known.gone ?? now }
}

const lastGone = (certificates: readonly TrustedCertificate[]): readonly TrustedCertificate[] => {
  const gone = certificates.filter((one) => one.revoked === undefined && one.gone !== undefined)
  const dropped = new Set(gone.toSorted((a, b) => ((a.gone ?? '') < (b.gone ?? '') ? 1 : -1)).slice(mostGone))
  return certificates.filter((one) => !dropped.has(one))
}

const certificatesAfter = (
  before: readonly TrustedCertificate[],
  read: MetadataReading,
  now: Instant,
): readonly TrustedCertificate[] => {
  const named = new Map(read.certificates.map((one) => [one.fingerprint, one]))
  const kept = before.map((known) => carried(known, { named, now }))
  const known = new Set(kept.map(({ fingerprint }) => fingerprint))
  const added = read.certificates.filter(({ fingerprint }) => !known.has(fingerprint))
  return [...lastGone(kept), ...added.map((one) => ({ ...one, since: now }))]
}

const notesBetween = (
  before: readonly TrustedCertificate[],
  after: readonly TrustedCertificate[],
): readonly TrustNote[] => {
  const known = new Map(before.map((one) => [one.fingerprint, one]))
  const trusted = after.filter(({ fingerprint, revoked }) => revoked === undefined && !known.has(fingerprint))
  const gone = after.filter((one) => one.gone !== undefined && known.get(one.fingerprint)?.gone === undefined)
  return [
    ...trusted.map(({ fingerprint }) => ({ kind: 'certificateTrusted' as const, fingerprint })),
    ...gone.map(({ fingerprint }) => ({ kind: 'certificateGone' as const, fingerprint })),
  ]
}

/** What is known still: who comes back after the seven days is new. Of another entity nothing goes on being trusted; what was revoked stays so. */
const carriedOver = (
  before: IdentityProvider | undefined,
  read: MetadataReading,
  now: Instant,
): readonly TrustedCertificate[] =>
  (before?.certificates ?? []).filter(
    (one) => one.revoked !== undefined || (before?.entityId === read.entityId && stillTrusted(one, now)),
  )

/**
 * What is believed after metadata were read. New certificates are trusted at once, even if they replace all: whoever can write the metadata is the
 * identity provider as far as anybody can tell, a rotation looks no different, and each one is announced. The entityID stays that of the first
 * reading, unless the configuration names another.
 */
export const follow = (
  before: IdentityProvider | undefined,
  read: MetadataReading,
  settings: FollowSettings,
  now: Instant,
): Followed => {
  const expected = settings.entityId ?? before?.entityId
  if (expected !== undefined && expected !== read.entityId)
    return otherEntity(expected, settings.entityId !== undefined)
  const old = carriedOver(before, read, now)
  const pinned = settings.pinned === true && settings.byHand === undefined
  const certificates = pinned ? old : certificatesAfter(old, read, now)
  const provider: IdentityProvider = {
    connection: settings.connection,
    entityId: read.entityId,
    signOn: read.signOn,
    wantsSignedRequests: read.wantsSignedRequests,
    certificates,
    readAt: now,
    ...(settings.url === undefined ? {} : { url: settings.url }),
    edition: before?.edition ?? 0,
  }
  return { kind: 'followed', provider, notes: notesBetween(old, certificates) }
}

export type Revoked = { readonly provider: IdentityProvider; readonly notes: readonly TrustNote[] }

/** Trusted no longer, from the next login on. Undefined: it is already. */
export const revoke = (
  before: IdentityProvider,
  fingerprint: string,
  reason: string,
  now: Instant,
): Revoked | undefined => {
  const meant = before.certificates.find((one) => one.fingerprint === fingerprint)
  if (meant === undefined || meant.revoked !== undefined) return undefined
  const certificates = before.certificates.map((one) => (one === meant ? { ...one, revoked: now } : one))
  return {
    provider: { ...before, certificates },
    notes: [{ kind: 'certificateRevoked', fingerprint, reason }],
  }
}

/** A revocation taken back by hand: trusted from now on, as one that the metadata name. */
export const readmit = (
  before: IdentityProvider,
  fingerprint: string,
  reason: string,
  now: Instant,
): Revoked | undefined => {
  const meant = before.certificates.find((one) => one.fingerprint === fingerprint)
  if (meant?.revoked === undefined) return undefined
  const { revoked: _revoked, gone: _gone, ...rest } = meant
  const certificates = before.certificates.map((one) => (one === meant ? { ...rest, since: now } : one))
  return {
    provider: { ...before, certificates },
    notes: [{ kind: 'certificateTrusted', fingerprint, reason }],
  }
}
