import type { PlatformName } from '../core/configuration.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { sekoiaTraits } from './sekoia/traits.ts'

const traits: Readonly<Record<PlatformName, PlatformTraits>> = { sekoia: sekoiaTraits }

/** What a platform is like, for those who only have to know and never call it. */
export const platformTraits = (platform: PlatformName): PlatformTraits => traits[platform]
