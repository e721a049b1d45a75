import type { OperatorEvent } from '../../core/events.ts'
import { type Instant, later } from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/ports/logins.ts'
import { goneFor, type TrustNote } from './follow.ts'

type Announced = Extract<OperatorEvent, { readonly fingerprint: string }>

/** What operators are told of a change of trust, once it is written. */
export const announcements = (
  { connection }: Pick<IdentityProvider, 'connection'>,
  notes: readonly TrustNote[],
  at: Instant,
): readonly Announced[] => {
  const announced: Readonly<Record<TrustNote['kind'], (fingerprint: string) => Announced>> = {
    certificateTrusted: (fingerprint) => ({ type: 'certificate.trusted', connection, fingerprint, at }),
    certificateGone: (fingerprint) => ({
      type: 'certificate.gone',
      connection,
      fingerprint,
      at,
      until: later(at, goneFor),
    }),
    certificateRevoked: (fingerprint) => ({ type: 'certificate.revoked', connection, fingerprint, at }),
  }
  return notes.map(({ kind, fingerprint }) => announced[kind](fingerprint))
}
