import { systemClock } from '../../lib/config/clock.ts'
import type { CredentialStore } from '../../lib/core/ports/configuration.ts'
import { createCredential } from '../../lib/scim/tokens.ts'

type Draft = Parameters<typeof createCredential>[0]

/** A credential that is there, with its token. */
export const madeCredential = async (
  credentials: Pick<CredentialStore, 'saveCredential'>,
  draft: Pick<Draft, 'connection' | 'scope'> & Partial<Draft>,
): Promise<ReturnType<typeof createCredential>> => {
  const created = createCredential({ label: 'test', createdBy: 'test', at: systemClock.now(), ...draft })
  await credentials.saveCredential(created.credential)
  return created
}
