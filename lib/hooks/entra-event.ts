import { type Outside, objectAt, optionalTextAt, textAt } from './body.ts'
import { refuse } from './errors.ts'

/** What is read of Entra's event: there are no groups in it, only whom the token is for. */
export type EntraEvent = {
  /** Object id. */
  readonly user: string
  readonly userPrincipalName?: string
  readonly mail?: string
}

export const entraEventType = 'microsoft.graph.authenticationEvent.tokenIssuanceStart'
const dataType = 'microsoft.graph.onTokenIssuanceStartCalloutData'

/** Microsoft's documented shape; `#` before a type name is the other spelling OData allows. */
const isType = (value: string | undefined, type: string): boolean => value?.replace(/^#/, '') === type

export const readEntraEvent = (body: Outside, tenant: string): EntraEvent => {
  if (!isType(optionalTextAt(body, 'type', 'type'), entraEventType))
    throw refuse('invalidValue', 'type', `must be ${entraEventType}`, 'use a token issuance start listener')
  const data = objectAt(body, 'data')
  if (!isType(optionalTextAt(data, '@odata.type', 'data.@odata.type'), dataType))
    throw refuse('invalidValue', 'data.@odata.type', `must be ${dataType}`, 'send the event unchanged')
  if (textAt(data, 'tenantId', 'data.tenantId').toLowerCase() !== tenant)
    throw refuse(
      'forbidden',
      'data.tenantId',
      'must be the tenant in hooks.entra',
      'correct hooks.entra.tenant',
    )
  const user = objectAt(body, 'data.authenticationContext.user')
  const path = 'data.authenticationContext.user'
  const userPrincipalName = optionalTextAt(user, 'userPrincipalName', `${path}.userPrincipalName`)
  const mail = optionalTextAt(user, 'mail', `${path}.mail`)
  return {
    user: textAt(user, 'id', `${path}.id`),
    ...(userPrincipalName === undefined ? {} : { userPrincipalName }),
    ...(mail === undefined ? {} : { mail }),
  }
}
