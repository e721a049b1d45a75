import type { CommunityId } from '../core/ids.ts'
import { later, milliseconds } from '../core/ids.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { Provisioning } from './deps.ts'
import { asConnectorError, reachOf } from './faults.ts'

/** Somebody has to make a new key, and may be on holiday. */
const noticeSeconds = 30 * 24 * 3600

/**
 * Our own credentials end soon: told by every look at the whole community, like drift and problems, so that whoever counts them sees when it is over.
 * A platform that does not answer this question has been reconciled all the same.
 */
export const tellExpiry = async (
  deps: Pick<Provisioning, 'clock' | 'events' | 'log'>,
  community: CommunityId,
  platform: Pick<Platform, 'credentialsExpire'>,
): Promise<void> => {
  const at = deps.clock.now()
  try {
    const expiresAt = await platform.credentialsExpire()
    if (expiresAt === undefined || milliseconds(expiresAt) > milliseconds(later(at, noticeSeconds))) return
    await deps.events.emit({ type: 'credential.expiring', community, at, expiresAt })
  } catch (thrown) {
    const error = asConnectorError(thrown)
    if (reachOf(error) === 'run') throw thrown
    deps.log.warn('the end of the credentials is unknown', { community, code: error.code })
  }
}
