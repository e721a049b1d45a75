import type { Configuration, Connection } from '../core/configuration.ts'
import { bodyOf } from './body.ts'
import { type ClaimsDeps, claimsFor, hookMissing } from './claims.ts'
import { entraAnswer } from './entra-answer.ts'
import { readEntraEvent } from './entra-event.ts'
import type { HookObserved, HookRequest } from './exchange.ts'
import { findPerson } from './person.ts'

/** Object ids: a member with another one is another user. */
const objectId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Entra's custom claims provider: from the directory alone, for the event holds no groups. */
export const answerEntra = async (
  deps: ClaimsDeps,
  request: HookRequest,
  configuration: Configuration,
  connection: Connection | undefined,
): Promise<{ readonly body: object; readonly observed: HookObserved }> => {
  const settings = connection?.hooks?.entra
  if (connection === undefined || settings === undefined) throw hookMissing('entra')
  const { user, userPrincipalName, mail } = readEntraEvent(bodyOf(request), settings.tenant)
  const person = await findPerson(deps, connection, {
    externalIds: [user],
    id: user,
    addresses: [userPrincipalName, mail].filter((value) => value !== undefined),
    idForm: objectId,
  })
  const { claims, observed } = await claimsFor(deps, configuration, connection.id, settings.claims, person)
  return { body: entraAnswer(claims), observed }
}
