import { ConnectorError } from '../core/errors.ts'
import type { Credential, CredentialStore } from '../core/ports/configuration.ts'
import { collected } from './batches.ts'
import { credentialKey, credentialsPartition } from './keys.ts'
import { recordOf, recordText } from './records.ts'
import type { Item, Table } from './table-client.ts'

/** `lastUsed` stands beside the record: using and saving never overwrite each other. */
const credentialFrom = (item: Item): Credential => ({
  ...recordOf<Credential>(item),
  ...(typeof item.lastUsed === 'string' ? { lastUsed: item.lastUsed } : {}),
})

/** Hashes of secrets, never secrets. One consistent read per request, so that a revocation counts at once. */
export const createCredentialStore = (table: Table): CredentialStore => ({
  credential: async (connection, id) => {
    const item = await table.get(credentialKey(connection, id))
    return item && credentialFrom(item)
  },

  credentials: (connection) =>
    collected(table.queryAll({ pk: credentialsPartition(connection) }), credentialFrom),

  saveCredential: async ({ lastUsed: _lastUsed, ...record }) => {
    const revoked = record.revokedAt !== undefined
    const result = await table.update(credentialKey(record.connection, record.id), {
      expression: 'SET #record = :record, #revoked = :revoked',
      // A revocation is final: who saves what they read before it must not undo it.
      condition: 'attribute_not_exists(#revoked) OR #revoked = :false OR :revoked = :true',
      names: { '#record': 'record', '#revoked': 'revoked' },
      values: { ':record': recordText(record), ':revoked': revoked, ':false': false, ':true': true },
    })
    if (result === 'conditionFailed')
      throw new ConnectorError(
        'forbidden',
        `the credential ${record.id} was revoked for good: create a new one`,
      )
  },

  markUsed: async (credential, day) => {
    if (credential.lastUsed !== undefined && credential.lastUsed >= day) return
    await table.update(credentialKey(credential.connection, credential.id), {
      expression: 'SET #lastUsed = :day',
      condition: 'attribute_exists(#pk) AND (attribute_not_exists(#lastUsed) OR #lastUsed < :day)',
      names: { '#pk': 'pk', '#lastUsed': 'lastUsed' },
      values: { ':day': day },
    })
  },
})
