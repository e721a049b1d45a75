import type { CommunityId } from '../core/ids.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { Provisioning } from './deps.ts'

/** For whoever waits: how far reading everything has come. */
export type Told = (
  what: 'platform' | 'directory',
  community: CommunityId,
  read: number,
  total?: number,
) => void

/** The same platform, telling of each page of its list. */
export const tellingPlatform = (platform: Platform, community: CommunityId, told: Told): Platform => ({
  ...platform,
  snapshot: (reading) =>
    platform.snapshot({
      ...reading,
      page: async (state, progress) => {
        told('platform', community, progress.read, progress.total)
        await reading?.page(state, progress)
      },
    }),
})

/** The same directory, telling of each page of members. */
export const tellingDirectory = (
  directory: Provisioning['directory'],
  community: CommunityId,
  told: Told,
): Provisioning['directory'] => {
  let [read, total] = [0, 0]
  return {
    ...directory,
    scanMembers: async (connection, limit, after) => {
      if (after === undefined) total += (await directory.listMembers(connection, 1, 0)).total
      const page = await directory.scanMembers(connection, limit, after)
      read += page.items.length
      told('directory', community, read, total)
      return page
    },
  }
}
