import { createHash } from 'node:crypto'
import type { Environment } from '../lib/config/environment.ts'
import { parseConfiguration } from '../lib/config/parse.ts'
import { createSecrets } from '../lib/config/secrets.ts'
import type { DeskDeps } from '../lib/console/preview-desk.ts'
import { platformTraits } from '../lib/platforms/traits.ts'
import { previewOf } from '../lib/provisioning/preview-login.ts'
import { replayPage } from '../lib/provisioning/replay.ts'
import { createReadAssertion } from '../lib/saml/preview/read-assertion.ts'
import { createOwnKeys } from '../lib/saml/trust/own-keys.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import type { Table } from '../lib/store/table-client.ts'
import { createTrustStore } from '../lib/store/trust.ts'
import type { wireRules } from './wiring-rules.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Previews over each request's own table; `publicUrl`: what identity providers know us by. No platform is called, and nothing written. */
export const wirePreviews = (
  { local }: Environment,
  rules: ReturnType<typeof wireRules>,
): ((table: Table, publicUrl: string) => DeskDeps) => {
  const { clock } = rules
  const ownKeys = createOwnKeys(createSecrets({ clock, local }))
  return (table, publicUrl) => {
    const trust = createTrustStore(table)
    const reads = { ...rules, directory: createDirectory(table), logins: createLoginStore(table) }
    return {
      clock,
      configuration: rules.configuration,
      parse: (text) => parseConfiguration(text, { local, traits: platformTraits }).configuration,
      trust,
      readAssertion: createReadAssertion({ trust, ownKeys, clock, publicUrl }),
      hash: sha256,
      preview: (request) => previewOf(reads, request),
      replayPage: (request, ...rest) => replayPage(reads, request, ...rest),
    }
  }
}
