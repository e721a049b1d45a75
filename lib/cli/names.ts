import { didYouMean } from '../config/findings.ts'
import type { Configuration } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type CommunityId, type ConnectionId, connectionId } from '../core/ids.ts'
import type { House } from './wiring.ts'

type Kind = 'connection' | 'community'

const none = (kind: Kind, name: string, known: readonly string[]): ConnectorError => {
  const meant = didYouMean(name, known)
  const all = `it has ${known.join(', ') || 'none'}`
  return new ConnectorError(
    'notFound',
    `the current configuration has no ${kind} ${name}; ${meant === undefined ? all : `did you mean ${meant}?`}`,
  )
}

/** As typed to the id it names; anything else is refused with what there is. */
export const connectionNamed = async (house: House, name: string): Promise<ConnectionId> => {
  const ids = (await house.configuration()).connections.map(({ id }) => id)
  const found = ids.find((id) => id === name)
  if (found === undefined) throw none('connection', name, ids)
  return found
}

/** Also one that is no longer configured, as long as it has credentials: they still work, and must be found to be revoked. */
export const credentialsOwner = async (house: House, name: string): Promise<ConnectionId> => {
  const id = connectionId(name)
  return (await house.credentials.credentials(id)).length > 0 ? id : connectionNamed(house, name)
}

export const communityNamed = async (
  house: House,
  name: string,
  configuration?: Configuration,
): Promise<CommunityId> => {
  const ids = (configuration ?? (await house.configuration())).communities.map(({ id }) => id)
  const found = ids.find((id) => id === name)
  if (found === undefined) throw none('community', name, ids)
  return found
}
