import { fold } from './ids.ts'
import type { PlatformTraits } from './snapshot.ts'

/** Under which names a role of an older name is looked for when none bears it, best first. Configurations may call a role anything, `constructor` too. */
export const newerNames = ({ roleAliases = {} }: PlatformTraits, name: string): readonly string[] => {
  const older = fold(name)
  return Object.hasOwn(roleAliases, older) ? (roleAliases[older] ?? []) : []
}
