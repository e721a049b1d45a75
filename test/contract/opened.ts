import type { Community } from '../../lib/core/configuration.ts'
import type { Pace, Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, type testClock } from '../platforms/clock.ts'

/** Opens a harness's community with a secret: its own, a wrong one, for another tenant, or with little patience. */
export const opener =
  (community: Community, clock: ReturnType<typeof testClock>, pace: Pace) =>
  (secret: string, tenant = community.tenant, timeout = 30): Promise<Platform> =>
    createPlatforms({
      secrets: async () => secret,
      pace,
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
      timeout,
      random: () => 0.5,
    }).open({ ...community, tenant })
