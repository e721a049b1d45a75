import type { OperatorEvent } from './events.ts'
import { type ConnectionId, type Instant, later } from './ids.ts'
import type { TrustNote } from './ports/logins.ts'

/** Seconds for which a certificate that the metadata no longer name goes on being trusted. */
export const goneFor = 7 * 86_400

/** What operators are told of a change of trust. */
export const certificateNews = (
  connection: ConnectionId,
  { kind, fingerprint }: TrustNote,
  at: Instant,
): OperatorEvent => {
  switch (kind) {
    case 'certificateTrusted':
      return { type: 'certificate.trusted', connection, fingerprint, at }
    case 'certificateGone':
      return { type: 'certificate.gone', connection, fingerprint, at, until: later(at, goneFor) }
    case 'certificateRevoked':
      return { type: 'certificate.revoked', connection, fingerprint, at }
  }
}
