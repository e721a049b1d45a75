import type { Community, Configuration, PlatformName } from '../core/configuration.ts'
import { unreachable } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { StandingEntry } from '../core/ports/access.ts'
import { escaped } from './markup.ts'
import { link, type Page, page, paragraph } from './page.ts'

const platforms: Readonly<Record<PlatformName, string>> = {
  sekoia: 'Sekoia.io',
  netography: 'Netography',
  immybot: 'ImmyBot',
}

const standOf = ({ status, leaving }: StandingEntry): string => {
  if (leaving === true && status === 'assigned') return 'Being taken away'
  switch (status) {
    case 'assigned':
      return 'Ready'
    case 'pending':
      return 'On its way'
    case 'held':
      return 'Waiting for somebody’s approval'
    case 'failed':
      return 'Refused'
    case 'withheld':
      return 'Not given'
    default:
      return unreachable(status)
  }
}

export type Stop = {
  readonly community: CommunityId
  readonly entries: readonly StandingEntry[]
  /** Where its people log in. */
  readonly url?: string
  readonly ready: boolean
}

/** Something is still to happen to it. */
export const isOpen = ({ status, leaving }: StandingEntry): boolean =>
  status !== 'withheld' && (status !== 'assigned' || leaving === true)

const row = (roles: Community['roles'], entry: StandingEntry): string => {
  const name = roles.find(({ id }) => id === entry.role)?.name ?? entry.role
  const cells = [standOf(entry), entry.detail ?? ''].map((text) => `<td>${escaped(text)}</td>`)
  return `<tr><th scope="row">${escaped(name)}</th>${cells.join('')}</tr>`
}

/** Where a login begins anew, and where this one was to end. */
export type Ways = { readonly login: string; readonly returnTo?: string | undefined }

/** Names of groups stay out of it: a login showed them, and what a login shows is on no page. */
const section = (community: Community | undefined, stop: Stop, { login, returnTo }: Ways): string => {
  const { entries, url, ready } = stop
  const name =
    community === undefined ? stop.community : `${stop.community} (${platforms[community.platform]})`
  const head = ['Role', 'State', 'Why'].map((text) => `<th scope="col">${text}</th>`).join('')
  const rows = entries.map((entry) => row(community?.roles ?? [], entry)).join('')
  const wishes = new URLSearchParams({
    ...(community === undefined ? {} : { community: stop.community }),
    ...(returnTo === undefined ? {} : { returnTo }),
  })
  const check = wishes.size === 0 ? login : `${login}?${wishes}`
  const onward = ready && url !== undefined ? [link(url, `Continue to ${name}`)] : []
  const ways = entries.some(isOpen) ? [link(check, `Look again at ${name}`)] : onward
  return (
    `<section><h2>${escaped(name)}</h2><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>` +
    `${ways.map((way) => `<p>${way}</p>`).join('')}</section>`
  )
}

const unread =
  'You are logged in. How far your roles are cannot be told at the moment; what is on its way goes on without you waiting here.'

/** Who is logged in is that, even while nobody can read how far their roles are. */
export const unreadPage = (again: string): Page =>
  page({
    status: 200,
    title: 'Your access',
    main: `${paragraph(unread)}<p>${link(again, 'Look again')}</p>`,
  })

const introOf = (entries: readonly StandingEntry[]): string => {
  if (entries.length === 0)
    return 'You are logged in, and no role is meant for you. Ask the people who look after your accounts if there should be one.'
  if (entries.some(isOpen))
    return 'You are logged in. Not everything is in place yet; what is on its way goes on without you waiting here.'
  if (entries.every(({ status }) => status === 'withheld'))
    return 'You are logged in, and no role is given to you. Ask the people who look after your accounts if that should change.'
  return 'You are logged in, and everything is in place.'
}

/** How somebody stands who has logged in, role by role: where nothing is open, the way on. */
export const standingPage = ({ communities }: Configuration, stops: readonly Stop[], ways: Ways): Page => {
  const sections = stops.map((stop) =>
    section(
      communities.find(({ id }) => id === stop.community),
      stop,
      ways,
    ),
  )
  return page({
    status: 200,
    title: 'Your access',
    main: paragraph(introOf(stops.flatMap(({ entries }) => entries))) + sections.join(''),
  })
}
