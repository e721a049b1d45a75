import type { PlatformName } from '../core/configuration.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { immybotTraits } from './immybot/traits.ts'
import { netographyTraits } from './netography/traits.ts'
import { sekoiaTraits } from './sekoia/traits.ts'

const traits: Readonly<Record<PlatformName, PlatformTraits>> = {
  sekoia: sekoiaTraits,
  netography: netographyTraits,
  immybot: immybotTraits,
}

/** What a platform is like, for those who only have to know and never call it. */
export const platformTraits = (platform: PlatformName): PlatformTraits => traits[platform]
