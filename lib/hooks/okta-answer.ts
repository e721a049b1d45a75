import type { ShownAttributes } from '../core/login.ts'
import type { RoleClaim } from './role-claim.ts'

/** RFC 6901 §3: claim names may be URLs. */
const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

const attributeOf = (values: readonly string[]) => ({
  attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
  attributeValues: values.map((value) => ({ attributes: { 'xsi:type': 'xs:string' }, value })),
})

/** A claim that stands in the assertion already is replaced as a whole: no value of it is left beside ours. */
export const oktaAnswer = (
  claims: readonly (readonly [name: string, claim: RoleClaim])[],
  present: ShownAttributes,
  requestId: string,
): object => ({
  commands: [
    {
      type: 'com.okta.assertion.patch',
      value: claims.map(([name, { values }]) => ({
        op: Object.hasOwn(present, name) ? 'replace' : 'add',
        path: `/claims/${pointer(name)}`,
        value: attributeOf(values),
      })),
    },
  ],
  debugContext: { decision: requestId },
})
