import { systemClock as clock } from '../lib/config/clock.ts'
import { createCurrentConfiguration } from '../lib/config/current.ts'
import { createPatterns } from '../lib/config/patterns.ts'
import type { Community } from '../lib/core/configuration.ts'
import { platformTraits } from '../lib/platforms/traits.ts'
import { createConfigurationStore } from '../lib/store/configuration.ts'
import type { Table } from '../lib/store/table-client.ts'

/** What outlives the requests: the configuration is read and parsed once for many. */
export const wireRules = (shared: Table, local: boolean) => ({
  clock,
  random: Math.random,
  configuration: createCurrentConfiguration({
    store: createConfigurationStore(shared),
    clock,
    local,
    traits: platformTraits,
  }),
  patterns: createPatterns(),
  platforms: { traits: ({ platform }: Pick<Community, 'platform'>) => platformTraits(platform) },
})
