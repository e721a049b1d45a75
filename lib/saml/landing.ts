import type { Configuration } from '../core/configuration.ts'
import type { CommunityId } from '../core/ids.ts'
import type { StandingEntry } from '../core/ports/access.ts'
import type { LoginRequest } from '../core/ports/logins.ts'
import type { SamlDeps } from './exchange.ts'
import { safeUrl } from './return-to.ts'
import { isOpen, type Stop } from './standing-page.ts'

/** Where a login ends: with the platform, or, while anything that matters there is open, with a page that says what. */
export type Landing =
  | { readonly kind: 'passOn'; readonly url: string }
  | { readonly kind: 'show'; readonly stops: readonly Stop[] }

type Ways = Pick<SamlDeps, 'loginUrl' | 'local'>

/** Rights that are still to be taken away are no more to be walked into than ones that are missing. What is withheld is not waited for. */
const isReady = (entries: readonly StandingEntry[]): boolean => {
  const coming = entries.filter(({ status }) => status !== 'withheld')
  return coming.length > 0 && !coming.some(isOpen)
}

const stopsOf = (
  { loginUrl, local }: Ways,
  { communities }: Configuration,
  entries: readonly StandingEntry[],
): readonly Stop[] => {
  const order = [...new Set(entries.map(({ community }) => community))]
  return order.map((community) => {
    const known = communities.find(({ id }) => id === community)
    const text = known === undefined ? undefined : loginUrl(known)
    const url = text === undefined ? undefined : safeUrl(text, local)?.href
    const here = entries.filter((entry) => entry.community === community)
    return { community, entries: here, ready: isReady(here), ...(url === undefined ? {} : { url }) }
  })
}

const isGivenHere = ({ entries }: Stop): boolean =>
  entries.some(
    ({ status, leaving, inheritedFrom }) =>
      status !== 'withheld' && leaving !== true && inheritedFrom === undefined,
  )

/** What the person came for: the community they named, those at the address they go back to, or the only one they have a role in. */
const aimedAt = (stops: readonly Stop[], request: LoginRequest | undefined): readonly Stop[] => {
  const inCommunity = (id: CommunityId) => stops.filter(({ community }) => community === id)
  if (request?.community !== undefined) return inCommunity(request.community)
  if (request?.returnTo === undefined) return stops.filter(isGivenHere)
  const { origin } = new URL(request.returnTo)
  const there = stops.filter(({ url }) => url !== undefined && new URL(url).origin === origin)
  return there.length > 0
    ? there
    : stops.filter(({ entries }) => entries.some(({ status }) => status !== 'withheld'))
}

export const landingOf = (
  ways: Ways,
  configuration: Configuration,
  entries: readonly StandingEntry[],
  request: LoginRequest | undefined,
): Landing => {
  const stops = stopsOf(ways, configuration, entries)
  // What the configuration names no longer is looked after by nobody: it is shown, and not waited for.
  const aim = aimedAt(
    stops.filter(({ community }) => configuration.communities.some(({ id }) => id === community)),
    request,
  )
  const url = request?.returnTo ?? (aim.length === 1 ? aim[0]?.url : undefined)
  if (url !== undefined && aim.length > 0 && aim.every(({ ready }) => ready)) return { kind: 'passOn', url }
  return { kind: 'show', stops }
}
