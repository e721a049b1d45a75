import { urlProblemOf, urlProblemText } from '../../core/public-url.ts'
import { problem, type TrustProblem } from './problems.ts'
import { maximumBytes } from './text.ts'

/** One HTTP exchange that follows no redirect and reaches no private address: whoever wires this room brings it. */
export type Get = (outgoing: {
  readonly method: 'GET'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly seconds: number
  readonly maximumBytes: number
}) => Promise<
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'notSent'; readonly reason: string; readonly forbidden: boolean }
  | { readonly kind: 'unanswered'; readonly reason: string }
  | { readonly kind: 'tooLarge' }
>

/** Seconds for all of it. */
const answerWithin = 10
const reachable = 'look whether the address is right and can be reached from the internet'

const answeredWith = (status: number, body: string): string | TrustProblem => {
  if (status === 200) return body
  if (status >= 300 && status < 400)
    return problem(
      'fetch.redirect',
      'url',
      `it answers with a redirect (${status}), and none is followed`,
      'name the address it leads to',
    )
  return problem('fetch.status', 'url', `it answers with ${status}`, 'look at the address in a browser')
}

/** The text behind a metadata URL, or why there is none. */
export const fetchMetadata = async (
  get: Get,
  address: string,
  local: boolean,
): Promise<string | TrustProblem> => {
  const wrong = urlProblemOf(address, local)
  if (wrong !== undefined) return problem('fetch.url', 'url', urlProblemText[wrong], 'correct saml.metadata')
  const exchange = await get({
    method: 'GET',
    url: new URL(address),
    headers: {
      accept: 'application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1',
      'user-agent': 'rolecall',
    },
    seconds: answerWithin,
    maximumBytes,
  })
  switch (exchange.kind) {
    case 'answered':
      return answeredWith(exchange.status, exchange.body)
    case 'tooLarge':
      return problem(
        'fetch.size',
        'url',
        'at most 1 MB is read',
        'take the metadata of the one identity provider, not those of a federation',
      )
    case 'notSent':
      return exchange.forbidden
        ? problem('fetch.address', 'url', 'its name leads to a private address', 'name a public address')
        : problem('fetch.unreachable', 'url', `it cannot be reached (${exchange.reason})`, reachable)
    case 'unanswered':
      return problem('fetch.unreachable', 'url', `it does not answer (${exchange.reason})`, reachable)
  }
}
