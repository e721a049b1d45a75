import type { Configuration, PlatformName } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { ConfigurationStore, CurrentConfiguration } from '../core/ports/configuration.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { parseConfiguration } from './parse.ts'

export type CurrentConfigurationDeps = {
  readonly store: Pick<ConfigurationStore, 'current'>
  readonly clock: Pick<Clock, 'now'>
  readonly local: boolean
  readonly traits?: (platform: PlatformName) => PlatformTraits
  /** Seconds for which a read is believed. */
  readonly freshFor?: number
}

/** The pushed configuration, read again after a few seconds and parsed again only when its number changed. */
export const createCurrentConfiguration = (deps: CurrentConfigurationDeps): CurrentConfiguration => {
  const { store, clock, local, traits, freshFor = 5 } = deps
  let cached:
    | { readonly configuration: Configuration; readonly text: string; readonly until: number }
    | undefined
  let reading: Promise<Configuration> | undefined

  const read = async (): Promise<Configuration> => {
    const found = await store.current()
    if (found === undefined)
      throw new ConnectorError(
        'configurationMissing',
        'no configuration has been pushed yet: npx rolecall config push rolecall.yaml',
      )
    const { number, text } = found
    // A restored table may carry the same number with another text.
    const same = cached?.configuration.number === number && cached.text === text
    const configuration =
      same && cached !== undefined
        ? cached.configuration
        : {
            ...parseConfiguration(text, { local, ...(traits === undefined ? {} : { traits }) }).configuration,
            number,
          }
    cached = { configuration, text, until: milliseconds(clock.now()) + freshFor * 1000 }
    return configuration
  }

  return async () => {
    if (cached !== undefined && milliseconds(clock.now()) < cached.until) return cached.configuration
    reading ??= read().finally(() => {
      reading = undefined
    })
    return await reading
  }
}
