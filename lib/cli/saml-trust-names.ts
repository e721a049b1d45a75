import type { Stamp } from '../core/audit.ts'
import type { Connection, SamlSettings } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { IdentityProvider, TrustedCertificate } from '../core/ports/logins.ts'
import { connectionNamed } from './names.ts'
import type { House } from './wiring.ts'

export type SamlConnection = Connection & { readonly saml: SamlSettings }

/** A connection of the current configuration that has logins. */
export const samlConnectionNamed = async (house: House, name: string): Promise<SamlConnection> => {
  const id = await connectionNamed(house, name)
  const { connections } = await house.configuration()
  const found = connections.find((one) => one.id === id)
  if (found?.saml !== undefined) return { ...found, saml: found.saml }
  throw new ConnectorError(
    'notFound',
    `the connection ${id} has no saml in the current configuration; add it, then npx rolecall config push`,
  )
}

/** Also of a connection that is no longer configured: what was trusted for it would count again. */
export const providerOf = async (house: House, connection: ConnectionId): Promise<IdentityProvider> => {
  const provider = await house.trust.identityProvider(connection)
  if (provider !== undefined) return provider
  throw new ConnectorError(
    'notFound',
    `${connection} trusts no identity provider yet; npx rolecall saml trust ${connection} reads its metadata`,
  )
}

const shortest = 8

/** As typed or pasted, with colons and in capitals, whole or as far as it is the only one. */
export const certificateNamed = (
  { certificates, connection }: IdentityProvider,
  typed: string,
): TrustedCertificate => {
  const start = typed.replaceAll(/[:\s]/g, '').toLowerCase()
  const meant = certificates.filter(({ fingerprint }) => fingerprint.startsWith(start))
  const [found, ...more] = meant
  if (start.length >= shortest && found !== undefined && more.length === 0) return found
  const why =
    start.length < shortest
      ? `a fingerprint is needed, or its first ${shortest} digits at least`
      : `${connection} has ${found === undefined ? 'no' : 'more than one'} certificate ${start.slice(0, 64)}`
  throw new ConnectorError('notFound', `${why}; see npx rolecall saml show ${connection}`)
}

export const stampOf = (house: House, connection: ConnectionId, by: string): Stamp => ({
  connection,
  actor: { kind: 'operator', label: by },
  requestId: house.ids.uuid(),
  at: house.clock.now(),
})

export const meanwhile = (connection: ConnectionId): ConnectorError =>
  new ConnectorError(
    'storeConflict',
    `what is trusted for ${connection} was changed meanwhile; nothing was written: run the command again`,
  )
