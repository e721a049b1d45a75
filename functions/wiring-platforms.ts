import { systemClock as clock } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createSecrets } from '../lib/config/secrets.ts'
import { earlier, type Instant, later } from '../lib/core/ids.ts'
import type { Pace, Platforms } from '../lib/core/ports/platform.ts'
import { createPlatforms } from '../lib/platforms/catalog.ts'

/** For the one function that calls platforms: adapters and credentials are in no other bundle. `end`: when the invocation is over. */
export const wirePlatforms = (
  { local }: Pick<Environment, 'local'>,
  pace: Pace,
  end: () => Instant,
): Platforms =>
  createPlatforms({
    secrets: createSecrets({ clock, local }),
    pace,
    clock,
    allowLoopback: local,
    // One exchange may take a minute, but never longer than the function lives.
    deadline: () => earlier(later(clock.now(), 60), end()),
  })
