/** A Netography account with a role that suspends people, and one without. */
export const communities = `communities:
  - id: net
    platform: netography
    tenant: demo
    baseUrl: https://api.netography.com
    credentials: ssm:/rolecall/net
    onDeparture: { then: delete }
    roles:
      - { id: boss, builtin: admin }
      - { id: operator, builtin: operational_manager }
      - { id: reader, builtin: readonly }
  - id: kept
    platform: netography
    tenant: kept
    baseUrl: https://api.netography.com
    credentials: ssm:/rolecall/kept
    onDeparture: { then: fallbackRole }
    fallbackRole: gone
    roles:
      - { id: operator, builtin: operational_manager }
      - { id: gone, custom: rolecall_gone }
`
export const rules = `rules:
  - { id: bosses, when: { group: { equals: Bosses } }, grant: [{ community: net, role: boss }] }
  - { id: operators, when: { group: { equals: Operators } }, grant: [{ community: net, role: operator }, { community: kept, role: operator }] }
  - { id: readers, when: { group: { equals: Readers } }, grant: [{ community: net, role: reader }] }
  - { id: audit, when: { attribute: department, equals: Audit }, grant: [{ community: net, role: reader }] }
`

/** Okta's SAML assertion event with the given claims, as it is documented. */
export const oktaEvent = (
  user: { readonly id: string; readonly login: string; readonly nameId?: string },
  claims: Readonly<Record<string, readonly unknown[]>> = {},
) => ({
  eventId: 'e1',
  eventType: 'com.okta.saml.tokens.transform',
  eventTypeVersion: '1.0',
  cloudEventVersion: '0.1',
  contentType: 'application/json',
  source: 'https://org.example/app/a/b/sso/saml',
  data: {
    context: {
      request: { id: 'r1', method: 'GET', ipAddress: '192.0.2.1' },
      protocol: { type: 'SAML2.0', issuer: { id: '0oa1', name: 'App', uri: 'http://www.okta.com/exk1' } },
      session: { userId: user.id, login: user.login, amr: ['PASSWORD'] },
      user: { id: user.id, profile: { login: user.login, firstName: 'Ada', lastName: 'Byron' } },
    },
    assertion: {
      subject: {
        nameId: user.nameId ?? user.login,
        nameFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      },
      conditions: { audienceRestriction: ['urn:sp'] },
      claims: Object.fromEntries(
        Object.entries(claims).map(([name, values]) => [
          name,
          {
            attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
            attributeValues: values.map((value) => ({ attributes: { 'xsi:type': 'xs:string' }, value })),
          },
        ]),
      ),
      lifetime: { expiration: 300 },
    },
  },
})

export const tenant = '6b1f7c1e-3a6a-4f0e-9f5e-0c7a3b2d1e4f'
export const audience = '0b7c1d2e-1111-4222-8333-444455556666'

/** Entra's onTokenIssuanceStart event, as it is documented. */
export const entraEvent = (user: object, more: object = {}) => ({
  type: 'microsoft.graph.authenticationEvent.tokenIssuanceStart',
  source: `/tenants/${tenant}/applications/A`,
  data: {
    '@odata.type': 'microsoft.graph.onTokenIssuanceStartCalloutData',
    tenantId: tenant,
    authenticationEventListenerId: 'L',
    customAuthenticationExtensionId: 'X',
    authenticationContext: {
      correlationId: 'c1',
      client: { ip: '192.0.2.1', locale: 'en-us', market: 'en-us' },
      protocol: 'SAML',
      clientServicePrincipal: { id: 's1', appId: 'A', appDisplayName: 'App', displayName: 'App' },
      resourceServicePrincipal: { id: 's1', appId: 'A', appDisplayName: 'App', displayName: 'App' },
      user,
    },
    ...more,
  },
})

type Patch = { readonly op: string; readonly path: string; readonly value: OktaAttribute }
type OktaAttribute = { readonly attributeValues: readonly { readonly value: string }[] }

/** Each claim of Okta's answer: operation, path, values. */
export const patchesOf = (body: unknown): readonly (readonly [string, string, readonly string[]])[] => {
  const { commands } = body as {
    readonly commands: readonly { readonly type: string; readonly value: readonly Patch[] }[]
  }
  return commands.flatMap(({ type, value }) => {
    if (type !== 'com.okta.assertion.patch') throw new Error(`unknown command ${type}`)
    return value.map(
      ({ op, path, value: attribute }) =>
        [op, path, attribute.attributeValues.map((one) => one.value)] as const,
    )
  })
}

type Actions = {
  readonly data: {
    readonly actions: readonly {
      readonly '@odata.type': string
      readonly claims: Record<string, readonly string[]>
    }[]
  }
}

/** The claims of Entra's only action. */
export const claimsOf = (body: unknown): Readonly<Record<string, readonly string[]>> => {
  const [action, ...more] = (body as Actions).data.actions
  if (action === undefined || more.length > 0) throw new Error('exactly one action is allowed')
  if (action['@odata.type'] !== 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken')
    throw new Error(`unknown action ${action['@odata.type']}`)
  return action.claims
}
