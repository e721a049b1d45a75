import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { masked } from '../answers.ts'
import type { Authorization, PlatformHttp, PlatformRequest } from '../http.ts'

/** One call; what an answer says inside a 200 counts. */
export type Call = (request: PlatformRequest) => Promise<unknown>

const excerptLength = 200

/** `{success: false, message}` and `{isSuccess: false, reason}` are failures, whatever the status is. */
const refusalIn = (body: unknown): string | undefined => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const { success, isSuccess, message, reason } = body as Readonly<Record<string, unknown>>
  if (success !== false && isSuccess !== false) return undefined
  return [message, reason].find((one): one is string => typeof one === 'string') ?? 'without a reason'
}

export const createCall =
  (http: PlatformHttp, authorization: Authorization): Call =>
  async (request) => {
    const { body, status } = await http.send(request)
    const refusal = refusalIn(body)
    if (refusal === undefined) return body
    const said = masked(refusal, await authorization.secrets()).slice(0, excerptLength)
    throw new ConnectorError(
      'platformRefused',
      `${request.what}: the platform answered ${status} and in it that it failed: ${said}`,
      { status },
    )
  }

/** Such answers are what calls get that this instance's generation of the API does not know. */
export const isUnknownRoute = (error: unknown): boolean =>
  isConnectorError(error) &&
  (error.code === 'platformUnreadable' || error.status === 404 || error.status === 405)
