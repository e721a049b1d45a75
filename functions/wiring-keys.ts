import { ConnectorError } from '../lib/core/errors.ts'
import type { FetchKeys } from '../lib/hooks/entra-caller.ts'
import { platformUrl } from '../lib/platforms/address.ts'
import { createTransport } from '../lib/platforms/transport.ts'

const maximumBytes = 256 * 1024

/** From a token service: https, never from a private address, without redirects. */
export const fetchKeys = (local: boolean): FetchKeys => {
  const send = createTransport(local)
  return async (url, milliseconds) => {
    const answer = await send({
      method: 'GET',
      url: new URL(platformUrl(url.href, local)),
      headers: { accept: 'application/json' },
      seconds: milliseconds / 1000,
      maximumBytes,
    })
    if (answer.kind === 'answered') return answer
    const reason = answer.kind === 'tooLarge' ? 'over 256 KB' : answer.reason
    throw new ConnectorError('platformUnavailable', `the token service’s keys cannot be read: ${reason}`, {
      retryAfter: 5,
    })
  }
}
