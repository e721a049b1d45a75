import { ConnectorError } from '../core/errors.ts'
import type { ConfigurationStore, ConfigurationVersion } from '../core/ports/configuration.ts'
import { collected } from './batches.ts'
import { absent } from './conditions.ts'
import {
  configurationKey,
  configurationPartition,
  configurationTextKey,
  configurationTextPartition,
  currentConfigurationKey,
} from './keys.ts'
import { pack, unpack } from './packed.ts'
import { recordOf, withRecord } from './records.ts'
import type { Table } from './table-client.ts'

type Version = Omit<ConfigurationVersion, 'current'>
/** `latest` is the highest number given: after a rollback the current one is lower. */
type Pointer = { readonly number: number; readonly latest: number }

const none: Pointer = { number: 0, latest: 0 }
/** With pointer and version row in one transaction of 4 MB; compressed, so tens of megabytes of YAML. */
const maximumParts = 10

/** Numbered versions that are never changed or deleted, and a pointer to the current one. */
export const createConfigurationStore = (table: Table): ConfigurationStore => {
  const pointer = async (): Promise<Pointer> => {
    const item = await table.get(currentConfigurationKey)
    return item ? { number: Number(item.number), latest: Number(item.latest) } : none
  }

  const version = async (number: number): Promise<string | undefined> => {
    const parts = await collected(table.queryAll({ pk: configurationTextPartition(number) }))
    const pieces = parts.map((part) => part.data)
    return parts.length === 0 ? undefined : await unpack<string>(pieces, `configuration ${number}`)
  }

  const unmoved = (seen: Pointer) =>
    seen.latest === 0
      ? absent
      : {
          expression: '#number = :seenNumber AND #latest = :seenLatest',
          names: { '#number': 'number', '#latest': 'latest' },
          values: { ':seenNumber': seen.number, ':seenLatest': seen.latest },
        }

  return {
    version,

    current: async () => {
      const { number } = await pointer()
      if (number === 0) return undefined
      const text = await version(number)
      if (text === undefined)
        throw new ConnectorError('storeUnavailable', `the text of configuration ${number} is missing`)
      return { number, text }
    },

    history: async () => {
      const { number } = await pointer()
      const rows = table.queryAll({ pk: configurationPartition, beginsWith: 'V#' })
      return await collected(rows, (row) => {
        const stored = recordOf<Version>(row)
        return { ...stored, current: stored.number === number }
      })
    },

    push: async (text, basedOn, by, note) => {
      const seen = await pointer()
      if (seen.number !== basedOn) return { kind: 'stale', current: seen.number }
      const pieces = await pack(text)
      if (pieces.length > maximumParts)
        throw new ConnectorError(
          'payloadTooLarge',
          'the configuration is too large to be stored: 3 MB compressed',
        )
      const number = seen.latest + 1
      const stored: Version = { number, at: table.clock.now(), by, note }
      const result = await table.transact([
        {
          put: { ...currentConfigurationKey, number, latest: number, at: stored.at, by },
          condition: unmoved(seen),
        },
        { put: withRecord(configurationKey(number), stored), condition: absent },
        ...pieces.map((data, part) => ({ put: { ...configurationTextKey(number, part), data } })),
      ])
      if (result.kind === 'done') return { kind: 'stored', number }
      return { kind: 'stale', current: (await pointer()).number }
    },

    makeCurrent: async (number, by) => {
      if (!(await table.get(configurationKey(number)))) return 'unknown'
      await table.update(currentConfigurationKey, {
        expression: 'SET #number = :number, #at = :at, #by = :by',
        names: { '#number': 'number', '#at': 'at', '#by': 'by' },
        values: { ':number': number, ':at': table.clock.now(), ':by': by },
      })
      return 'done'
    },
  }
}
