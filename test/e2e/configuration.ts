/** A configuration of the demo community at the pace of a test; `more` stands below the community. */
export const configurationOf = (parts: {
  readonly roles: readonly string[]
  readonly rules: readonly string[]
  readonly more?: string
}): string => `version: 1
connections:
  - { id: demo, domains: [demo.test] }
communities:
  - id: demo-soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: http://127.0.0.1:8081/sekoia
    credentials: file:.rolecall/secrets/demo-sekoia-key
    mode: enforce
    requestsPerSecond: 50
    onDeparture: { then: suspend, removeAfter: 30d }
    ${parts.more ?? ''}
    roles:
${parts.roles.map((role) => `      - ${role}`).join('\n')}
rules:
${parts.rules.map((rule) => `  - ${rule}`).join('\n')}
`

/** A rule that gives one role of the demo community to one group. */
export const ruleFor = (group: string, role: string): string =>
  `{ id: ${role}, when: { group: { equals: ${group} } }, grant: [{ community: demo-soc, role: ${role} }] }`
