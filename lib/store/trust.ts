import { certificateNews } from '../core/certificate-news.ts'
import type { IdentityProvider, MetadataFailure, MetadataFailures, TrustStore } from '../core/ports/logins.ts'
import { chunksOf } from './batches.ts'
import { atVersion } from './conditions.ts'
import { transactionSize } from './intents.ts'
import { identityProviderKey, metadataFailureKey } from './keys.ts'
import { eventPut } from './outbox.ts'
import { recordOf, withRecord } from './records.ts'
import { auditPuts } from './stamped-items.ts'
import type { Table } from './table-client.ts'

/** What is believed of identity providers: one row per connection, read consistently, so that a revocation counts from the next login on. */
export const createTrustStore = (table: Table): TrustStore => ({
  identityProvider: async (connection) => {
    const item = await table.get(identityProviderKey(connection))
    return item && recordOf<IdentityProvider>(item)
  },

  saveIdentityProvider: async (stamp, read, notes) => {
    const provider: IdentityProvider = { ...read, edition: read.edition + 1 }
    const item = {
      ...withRecord(identityProviderKey(provider.connection), provider),
      version: provider.edition,
    }
    const told = notes.map((note) => eventPut(table, certificateNews(provider.connection, note, stamp.at)))
    const audited = notes.flatMap((note) => auditPuts(table, stamp, note))
    // As many that came as went, and all at once, may be more than fits: the rest of the trail is written ahead, and stands twice rather than never.
    const [together = [], ...ahead] = chunksOf([...told, ...audited], transactionSize - 1)
    for (const rest of ahead) await table.transact(rest)
    const result = await table.transact([{ put: item, condition: atVersion(read.edition) }, ...together])
    return result.kind === 'done' ? 'saved' : 'stale'
  },
})

/** The latest word on metadata that cannot be had: of two who write it, either is right. */
export const createMetadataFailures = (table: Table): MetadataFailures => ({
  metadataFailure: async (connection) => {
    const item = await table.get(metadataFailureKey(connection))
    return item && recordOf<MetadataFailure>(item)
  },
  saveMetadataFailure: async (failure) => {
    await table.put(withRecord(metadataFailureKey(failure.connection), failure))
  },
  forgetMetadataFailure: (connection) => table.delete(metadataFailureKey(connection)).then(() => undefined),
})
