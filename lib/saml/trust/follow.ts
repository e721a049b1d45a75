import { goneFor } from '../../core/certificate-news.ts'
import type { SamlSettings } from '../../core/configuration.ts'
import { type ConnectionId, type Instant, later } from '../../core/ids.ts'
import type { IdentityProvider, TrustedCertificate, TrustNote } from '../../core/ports/logins.ts'
import { keyOf, type ReadCertificate } from './certificates.ts'
import type { MetadataReading } from './metadata.ts'
import { problem, type TrustProblem } from './problems.ts'
import type { Unsuitable } from './read-entity.ts'

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
      /** What the metadata name and is not trusted. */
      readonly unsuitable: readonly Unsuitable[]
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
  read: readonly ReadCertificate[],
  now: Instant,
): readonly TrustedCertificate[] => {
  const named = new Map(read.map((one) => [one.fingerprint, one]))
  const kept = before.map((known) => carried(known, { named, now }))
  const known = new Set(kept.map(({ fingerprint }) => fingerprint))
  const added = read.filter(({ fingerprint }) => !known.has(fingerprint))
  return [...lastGone(kept), ...added.map((one) => ({ ...one, since: now }))]
}

/** Whoever has the key of a revoked certificate signs for any other that is made for it. */
const lostKeys = (
  before: readonly TrustedCertificate[],
  read: readonly ReadCertificate[],
): ReadonlySet<ReadCertificate> => {
  const known = new Set(before.map(({ fingerprint }) => fingerprint))
  const revoked = before.filter(({ revoked: since }) => since !== undefined)
  const keys = new Set(revoked.map(({ certificate }) => keyOf(certificate)))
  return new Set(
    read.filter(({ fingerprint, certificate }) => !known.has(fingerprint) && keys.has(keyOf(certificate))),
  )
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
  const lost = lostKeys(old, read.certificates)
  const suitable = read.certificates.filter((one) => !lost.has(one))
  const certificates = pinned ? old : certificatesAfter(old, suitable, now)
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
  const left = [...lost].map(({ fingerprint }) => ({
    fingerprint,
    why: 'its key is that of a revoked certificate',
  }))
  return {
    kind: 'followed',
    provider,
    notes: notesBetween(old, certificates),
    unsuitable: [...read.unsuitable, ...left],
  }
}

export type Revoked = { readonly provider: IdentityProvider; readonly notes: readonly TrustNote[] }

/** The one that is named, and every other one for its key. */
const withItsKey = (
  { certificates }: IdentityProvider,
  fingerprint: string,
): readonly TrustedCertificate[] => {
  const meant = certificates.find((one) => one.fingerprint === fingerprint)
  const key = meant && keyOf(meant.certificate)
  return certificates.filter(({ certificate }) => keyOf(certificate) === key)
}

const changed = (
  before: IdentityProvider,
  after: ReadonlyMap<string, TrustedCertificate>,
  kind: TrustNote['kind'],
  reason: string,
): Revoked | undefined =>
  after.size === 0
    ? undefined
    : {
        provider: {
          ...before,
          certificates: before.certificates.map((one) => after.get(one.fingerprint) ?? one),
        },
        notes: [...after.keys()].map((fingerprint) => ({ kind, fingerprint, reason })),
      }

/** Trusted no longer, from the next login on. Undefined: it is already. */
export const revoke = (
  before: IdentityProvider,
  fingerprint: string,
  reason: string,
  now: Instant,
): Revoked | undefined => {
  const lost = withItsKey(before, fingerprint).filter(({ revoked }) => revoked === undefined)
  const after = new Map(lost.map((one) => [one.fingerprint, { ...one, revoked: now }]))
  return changed(before, after, 'certificateRevoked', reason)
}

/** A revocation taken back by hand: trusted from now on, as those that the metadata name. */
export const readmit = (
  before: IdentityProvider,
  fingerprint: string,
  reason: string,
  now: Instant,
): Revoked | undefined => {
  const back = withItsKey(before, fingerprint).filter(({ revoked }) => revoked !== undefined)
  const after = new Map(
    back.map(({ revoked: _revoked, gone: _gone, ...one }) => [one.fingerprint, { ...one, since: now }]),
  )
  return changed(before, after, 'certificateTrusted', reason)
}
