import type { ShownAttributes } from '../core/login.ts'
import {
  isOutside,
  listAt,
  type Outside,
  objectAt,
  optionalObjectAt,
  optionalTextAt,
  textAt,
} from './body.ts'
import { refuse } from './errors.ts'

/** What is read of Okta's SAML assertion event; the rest is not looked at. */
export type OktaEvent = {
  /** Okta's own id of the user. */
  readonly user: string
  readonly login?: string
  readonly email?: string
  readonly nameId?: string
  /** The attribute statements of the assertion so far; on a null prototype, for names come from outside. */
  readonly claims: ShownAttributes
}

export const oktaEventType = 'com.okta.saml.tokens.transform'
const mostClaims = 500
const mostValues = 20_000

const given = <Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [K in Name]?: string })

const entryValue = (entry: unknown): string => {
  const path = 'data.assertion.claims.*.attributeValues'
  const value = isOutside(entry) && Object.hasOwn(entry, 'value') ? entry.value : undefined
  // A number or a boolean is what it is written as in XML.
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw refuse('invalidValue', path, 'must be a list of values', 'give the attribute statement a plain value')
}

const claimsOf = (claims: Outside): ShownAttributes => {
  const path = 'data.assertion.claims'
  const names = Object.keys(claims)
  if (names.length > mostClaims)
    throw refuse('invalidValue', path, `must not be over ${mostClaims}`, 'send fewer attribute statements')
  const bag = Object.create(null) as { [name: string]: readonly string[] }
  let count = 0
  for (const name of names) {
    const claim = claims[name]
    const entries = isOutside(claim) ? listAt(claim, 'attributeValues', `${path}.*.attributeValues`) : []
    count += entries.length
    if (count > mostValues)
      throw refuse('invalidValue', path, `must not hold over ${mostValues} values`, 'send fewer groups')
    bag[name] = entries.map(entryValue)
  }
  return bag
}

/** Okta's documented shape of the event; unknown fields are ignored, known ones must be what they are documented to be. */
export const readOktaEvent = (body: Outside): OktaEvent => {
  if (optionalTextAt(body, 'eventType', 'eventType') !== oktaEventType)
    throw refuse('invalidValue', 'eventType', `must be ${oktaEventType}`, 'use a SAML assertion inline hook')
  const user = objectAt(body, 'data.context.user')
  const profile = optionalObjectAt(user, 'profile') ?? {}
  const subject = optionalObjectAt(body, 'data.assertion.subject') ?? {}
  const said = (name: string): string | undefined =>
    optionalTextAt(profile, name, `data.context.user.profile.${name}`)
  return {
    user: textAt(user, 'id', 'data.context.user.id'),
    ...given('login', said('login')),
    ...given('email', said('email')),
    ...given('nameId', optionalTextAt(subject, 'nameId', 'data.assertion.subject.nameId')),
    claims: claimsOf(optionalObjectAt(body, 'data.assertion.claims') ?? {}),
  }
}
