import type { Configuration, PlatformName } from '../core/configuration.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { communityFindings } from './checks-communities.ts'
import { leaversFindings, leaversWarnings } from './checks-leaving.ts'
import { matcherFindings, matcherWarnings } from './checks-matchers.ts'
import { nameFindings, nameWarnings } from './checks-names.ts'
import { parentsFindings } from './checks-parents.ts'
import { rolesFindings, rolesWarnings } from './checks-roles.ts'
import { safetyWarnings } from './checks-safety.ts'
import { loginFindings, loginWarnings } from './checks-saml.ts'
import { webhookFindings } from './checks-webhooks.ts'
import { convert } from './convert.ts'
import { findingLines, type LineOf, refuse } from './findings.ts'
import { createPatterns } from './patterns.ts'
import { configurationSchema } from './schema.ts'
import { schemaFindings } from './schema-findings.ts'
import { readSource } from './source.ts'

export type ParseOptions = {
  /** What each platform can do; absent: nothing is checked against it. */
  readonly traits?: (platform: PlatformName) => PlatformTraits
  /** Loopback platforms, `env:` and `file:` secrets are allowed. */
  readonly local?: boolean
}
export type Parsed = {
  readonly configuration: Configuration
  /** Allowed, and worth a look; as lines of text. */
  readonly warnings: readonly string[]
  readonly lineOf: LineOf
}

/**
 * YAML or JSON text to the configuration the house works with. Throws `configurationInvalid` with everything that is wrong, each with its path, its
 * line, the reason and the remedy.
 */
export const parseConfiguration = (text: string, options: ParseOptions = {}): Parsed => {
  const { value, lineOf } = readSource(text)
  const root = { value, path: [] }
  const checks = { local: options.local ?? false, traits: options.traits ?? (() => undefined) }
  const across = [
    ...nameFindings(root),
    ...communityFindings(root, checks),
    ...leaversFindings(root, checks),
    ...parentsFindings(root, checks),
    ...rolesFindings(root, checks),
    ...matcherFindings(root, createPatterns()),
    ...webhookFindings(root, checks),
    ...loginFindings(root, checks),
  ]
  const result = configurationSchema.safeParse(value)
  const findings = [...(result.success ? [] : schemaFindings(result.error.issues, value)), ...across]
  if (!result.success || findings.length > 0) throw refuse(findingLines(findings, lineOf))
  const warnings = findingLines(
    [
      ...nameWarnings(root),
      ...matcherWarnings(root),
      ...leaversWarnings(root),
      ...safetyWarnings(root),
      ...rolesWarnings(root, checks),
      ...loginWarnings(root),
    ],
    lineOf,
  )
  return { configuration: convert(result.data), warnings, lineOf }
}
