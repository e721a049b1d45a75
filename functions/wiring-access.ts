import { systemClock as clock } from '../lib/config/clock.ts'
import { createCurrentConfiguration } from '../lib/config/current.ts'
import { createPatterns } from '../lib/config/patterns.ts'
import type { AccessReads } from '../lib/core/ports/access.ts'
import { platformTraits } from '../lib/platforms/traits.ts'
import { createAccessReader } from '../lib/provisioning/access.ts'
import { createConfigurationStore } from '../lib/store/configuration.ts'
import { createDirectory } from '../lib/store/directory.ts'
import { createLoginStore } from '../lib/store/logins.ts'
import { createOutcomeStore } from '../lib/store/outcomes.ts'
import { createOwnershipStore } from '../lib/store/ownership.ts'
import { createSafetyStore } from '../lib/store/safety.ts'
import type { Table } from '../lib/store/table-client.ts'

/**
 * For the SCIM function, which loads this module when somebody asks how members stand: it brings the parser of the configuration along. `shared`
 * outlives the requests, so that the configuration is read and parsed once for many; each request reads the rest through its own table.
 */
export const wireAccess = (shared: Table, local: boolean): ((table: Table) => AccessReads) => {
  const configuration = createCurrentConfiguration({
    store: createConfigurationStore(shared),
    clock,
    local,
    traits: platformTraits,
  })
  const patterns = createPatterns()
  return (table) =>
    createAccessReader({
      configuration,
      patterns,
      platforms: { traits: ({ platform }) => platformTraits(platform) },
      clock,
      directory: createDirectory(table),
      logins: createLoginStore(table),
      ownership: createOwnershipStore(table),
      outcomes: createOutcomeStore(table),
      safety: createSafetyStore(table),
    })
}
