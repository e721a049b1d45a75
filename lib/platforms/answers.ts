import { ConnectorError } from '../core/errors.ts'
import type { Exchange } from './transport.ts'

/** From an exchange to what the caller gets: a JSON value, or a classified error and whether the request may be repeated. */
export type Judged =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown }
  | {
      readonly kind: 'failed'
      readonly error: ConnectorError
      /** `always`: it was certainly not carried out. `idempotent`: repeating does no harm if the request says so. */
      readonly repeat: 'always' | 'idempotent' | 'never'
    }

type Asked = { readonly what: string; readonly writes: boolean }

const excerptLength = 200
const address = /[^\s@"<>]+@[^\s@"<>]+/g
const bearer = /\b(?:Bearer|Basic)\s+[\w.~+/=-]+/gi
const jwt = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g

/** Platform texts go into errors, logs and the operator's terminal: no credential, no address in them. */
export const masked = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret.length > 3)
    .reduce((soFar, secret) => soFar.replaceAll(secret, '<secret>'), text)
    .replaceAll(bearer, '<secret>')
    .replaceAll(jwt, '<secret>')
    .replaceAll(address, '<address>')

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What JSON may write in two ways, in the one that secrets are written in. */
const unescaped = (text: string): string =>
  text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\\/', '/')

/** `message`, `code`, `details` where the platform gives them, else how the body begins. */
const told = (head: string): string => {
  try {
    const parsed: unknown = JSON.parse(head)
    if (typeof parsed !== 'object' || parsed === null) return unescaped(head)
    const { message, code, details } = parsed as Readonly<Record<string, unknown>>
    const known = [code, message, details].filter((part) => part !== undefined && part !== null).map(textOf)
    return known.length > 0 ? known.join(' ') : JSON.stringify(parsed)
  } catch {
    return unescaped(head)
  }
}

const excerpt = (body: string, secrets: readonly string[]): string =>
  masked(told(body.slice(0, 20 * excerptLength)), secrets).slice(0, excerptLength)

/** RFC 9110 §10.2.3: seconds or a date. */
export const retryAfterSeconds = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined
  if (/^\d{1,7}$/.test(value.trim())) return Number(value.trim())
  // JavaScript's parser takes nearly anything; an HTTP date begins with the day's name.
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

const failed = (
  code: ConnectorError['code'],
  message: string,
  repeat: 'always' | 'idempotent' | 'never',
  details: { readonly status?: number; readonly retryAfter?: number } = {},
): Judged => ({ kind: 'failed', error: new ConnectorError(code, message, details), repeat })

const refusals: Readonly<Record<number, readonly [ConnectorError['code'], string]>> = {
  401: ['platformUnauthorized', 'the credentials are wrong, expired or revoked; renew them'],
  403: ['platformForbidden', 'the credentials may not do this here; check their permissions and the tenant'],
  404: ['platformNotFound', 'it does not exist'],
}

type Answered = Exchange & { readonly kind: 'answered' }

const refused = (
  answer: Answered,
  { what, writes }: Asked,
  secrets: readonly string[],
  now: number,
): Judged => {
  const { status } = answer
  const retryAfter = retryAfterSeconds(answer.retryAfter, now)
  const details = { status, ...(retryAfter === undefined ? {} : { retryAfter }) }
  const said = `${what}: the platform answered ${status}: ${excerpt(answer.body, secrets)}`
  const known = refusals[status]
  if (known !== undefined) return failed(known[0], `${said} (${known[1]})`, 'never', details)
  if (status === 429) return failed('platformThrottled', said, 'always', details)
  if (status >= 500)
    return writes
      ? failed('platformUncertain', `${said}; whether it was done is unknown`, 'idempotent', details)
      : failed('platformUnavailable', said, 'idempotent', details)
  return failed('platformRefused', said, 'never', details)
}

const accepted = (answer: Answered, { what }: Asked): Judged => {
  if (answer.body === '') return { kind: 'ok', status: answer.status, body: undefined }
  if (!/^application\/([\w.-]+\+)?json\b/i.test(answer.contentType))
    return failed('platformUnreadable', `${what}: the answer is not JSON; check baseUrl`, 'never', {
      status: answer.status,
    })
  try {
    return { kind: 'ok', status: answer.status, body: JSON.parse(answer.body) }
  } catch {
    return failed('platformUnreadable', `${what}: the answer is broken JSON`, 'never', {
      status: answer.status,
    })
  }
}

export const judgeExchange = (
  exchange: Exchange,
  asked: Asked,
  secrets: readonly string[],
  now: number,
): Judged => {
  const { what, writes } = asked
  switch (exchange.kind) {
    case 'notSent':
      return exchange.forbidden
        ? failed('configurationInvalid', 'baseUrl leads to a private or reserved address', 'never')
        : failed('platformUnavailable', `${what}: no connection (${exchange.reason})`, 'always')
    case 'unanswered':
      return writes
        ? failed(
            'platformUncertain',
            `${what}: no answer (${exchange.reason}); whether it was done is unknown`,
            'idempotent',
          )
        : failed('platformUnavailable', `${what}: no answer (${exchange.reason})`, 'idempotent')
    case 'tooLarge':
      return failed('platformUnreadable', `${what}: the answer is larger than allowed`, 'never')
    case 'answered': {
      const { status } = exchange
      if (status >= 200 && status < 300) return accepted(exchange, asked)
      // A redirect would carry our credentials to another host.
      if (status >= 300 && status < 400)
        return failed(
          'platformRefused',
          `${what}: answered by a redirect; set baseUrl to its target`,
          'never',
          {
            status,
          },
        )
      return refused(exchange, asked, secrets, now)
    }
  }
}
