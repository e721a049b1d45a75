import { type ParseOptions, parseConfiguration } from '../../lib/config/parse.ts'
import { ConnectorError } from '../../lib/core/errors.ts'
import { sekoiaTraits } from '../../lib/platforms/sekoia/traits.ts'

/** A small file with one of everything; each test breaks one line of it. */
export const plain = `version: 1
connections:
  - id: okta
    domains: [acme.example]
communities:
  - id: soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: https://api.sekoia.io
    credentials: secretsmanager:rolecall/soc
    onDeparture: { then: suspend, removeAfter: 30d }
    safety:
      departures: { fraction: 0.2, floor: 5 }
      window: 24h
      minimumAdmins: 1
      protected: [Owner@acme.example]
    roles:
      - id: analyst
        builtin: Analyst
      - id: tier1
        custom: SOC tier 1
        description: Triage without rule changes
        permissions: [SIC_READ_ALERTS]
      - id: edr
        restricted: EDR only
        description: Alerts of one intake
        permissions: [SIC_READ_ALERTS]
        intakes: [EDR - Paris]
rules:
  - id: analysts
    connection: okta
    when: { group: { equals: SOC-Analysts } }
    grant: [{ community: soc, role: analyst }]
  - id: others
    when:
      all:
        - { group: { glob: "EXT-*" } }
        - not: { attribute: department, equals: Audit }
    grant:
      - { community: soc, role: tier1 }
      - { community: soc, role: edr }
`

export const traits = () => sekoiaTraits

/** Lines of the refusal, without its head; empty when the text was accepted. */
export const findingsOf = (text: string, options: ParseOptions = { traits }): readonly string[] => {
  try {
    parseConfiguration(text, options)
    return []
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'configurationInvalid') throw error
    return error.message.split('\n  ').slice(1)
  }
}

/** The text with its one occurrence of a piece replaced. */
export const changed = (before: string, after: string, text = plain): string => {
  const parts = text.split(before)
  if (parts.length !== 2) throw new Error(`"${before}" occurs ${parts.length - 1} times`)
  return parts.join(after)
}
