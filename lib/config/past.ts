import type { AuditEntry } from '../core/audit.ts'
import type { PlatformName } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import type { Instant } from '../core/ids.ts'
import type { ConfigurationAt, ConfigurationStore } from '../core/ports/configuration.ts'
import type { AuditLog } from '../core/ports/runs.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { parseConfiguration } from './parse.ts'

type Turn = { readonly at: Instant; readonly number: number }

const page = 500

const rollbacksIn = (entries: readonly AuditEntry[]): readonly Turn[] =>
  entries.flatMap(({ at, event }) =>
    event.kind === 'configurationRolledBack' ? [{ at, number: event.number }] : [],
  )

/** Every push makes its version current, and so does every rollback: the history has the ones, the audit trail the others. */
export const createConfigurationAt = (deps: {
  readonly store: Pick<ConfigurationStore, 'history' | 'version'>
  readonly audit: Pick<AuditLog, 'page'>
  readonly local: boolean
  readonly traits: (platform: PlatformName) => PlatformTraits
}): ConfigurationAt => {
  const { store, audit, local, traits } = deps

  const rollbacks = async (until: Instant): Promise<readonly Turn[]> => {
    const found: Turn[] = []
    let after: string | undefined
    do {
      const { items, next } = await audit.page(
        { kind: 'configuration' },
        { limit: page, until, ...(after === undefined ? {} : { after }) },
      )
      found.push(...rollbacksIn(items))
      after = next
    } while (after !== undefined && found.length === 0)
    return found
  }

  return async (at) => {
    const pushes = (await store.history()).map(({ at: pushed, number }) => ({ at: pushed, number }))
    const turns = [...pushes, ...(await rollbacks(at))].filter((one) => one.at <= at)
    const last = turns.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
    if (last === undefined) return { kind: 'none' }
    const { number, at: since } = last
    try {
      const { configuration } = parseConfiguration((await store.version(number)) ?? '', { local, traits })
      return { kind: 'found', configuration: { ...configuration, number }, since }
    } catch (error) {
      if (!isConnectorError(error, 'configurationInvalid')) throw error
      return { kind: 'unreadable', number, why: error.message }
    }
  }
}
