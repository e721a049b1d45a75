import type { Connection } from '../../core/configuration.ts'
import type { Instant } from '../../core/ids.ts'
import type { IdentityProvider } from '../../core/ports/logins.ts'
import { type Followed, type FollowSettings, follow } from './follow.ts'

export type Believing = {
  readonly connection: Pick<Connection, 'id' | 'saml'>
  readonly before: IdentityProvider | undefined
  /** Where the text came from; absent: from a file. */
  readonly url?: string
  readonly byHand?: true
  readonly local: boolean
  readonly now: Instant
}

/** From the text of metadata to what is trusted after it. */
export const believe = async (text: string, about: Believing): Promise<Followed> => {
  const { connection, before, url, byHand, local, now } = about
  // Brings the parser along: a house without SAML never loads it.
  const { readMetadata } = await import('./metadata.ts')
  const configured = connection.saml?.entityId
  const meant = configured ?? before?.entityId
  const reading = readMetadata(text, { now, local, ...(meant === undefined ? {} : { entityId: meant }) })
  if (reading.kind === 'problem') return reading
  const settings: FollowSettings = {
    connection: connection.id,
    ...(configured === undefined ? {} : { entityId: configured }),
    ...(connection.saml?.pinned === undefined ? {} : { pinned: true }),
    ...(url === undefined ? {} : { url }),
    ...(byHand === undefined ? {} : { byHand }),
  }
  return follow(before, reading, settings, now)
}
