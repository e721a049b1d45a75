import { systemClock as clock } from '../../../lib/config/clock.ts'
import { parseConfiguration } from '../../../lib/config/parse.ts'
import { createPatterns } from '../../../lib/config/patterns.ts'
import type { Community } from '../../../lib/core/configuration.ts'
import { platformTraits } from '../../../lib/platforms/traits.ts'
import { createLoginStore } from '../../../lib/store/logins.ts'
import { createOwnershipStore } from '../../../lib/store/ownership.ts'
import type { HookStage } from './stage.ts'

export const parsed = (text: string) => ({
  ...parseConfiguration(text, { local: true, traits: platformTraits }).configuration,
  number: 1,
})

/** What the endpoint for assertions and the reconciler read with, over the same table and configuration. */
export const readsOver = ({ table, directory }: HookStage, text: string) => {
  const configuration = parsed(text)
  return {
    clock,
    random: Math.random,
    patterns: createPatterns(),
    configuration: async () => configuration,
    platforms: { traits: ({ platform }: Pick<Community, 'platform'>) => platformTraits(platform) },
    directory,
    logins: createLoginStore(table),
    ownership: createOwnershipStore(table),
  }
}
