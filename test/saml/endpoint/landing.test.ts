import { describe, expect, it } from 'vitest'
import type { Community, Configuration } from '../../../lib/core/configuration.ts'
import { communityId, connectionId, instant, roleId } from '../../../lib/core/ids.ts'
import type { StandingEntry } from '../../../lib/core/ports/access.ts'
import type { LoginRequest } from '../../../lib/core/ports/logins.ts'
import { landingOf } from '../../../lib/saml/landing.ts'
import { standingPage } from '../../../lib/saml/standing-page.ts'

const community = (id: string) =>
  ({
    id: communityId(id),
    platform: 'sekoia',
    loginUrl: `https://${id}.test/`,
    roles: [],
  }) as unknown as Community
const configuration = { communities: [community('one'), community('two')] } as unknown as Configuration
const ways = { loginUrl: ({ loginUrl }: Community) => loginUrl, local: false }
const again = 'https://rolecall.test/demo/saml/login'

const entry = (place: string, status: StandingEntry['status'], more: Partial<StandingEntry> = {}) => ({
  community: communityId(place),
  role: roleId('analyst'),
  status,
  because: [],
  ...more,
})
const request = (wishes: { readonly community?: string; readonly returnTo?: string }): LoginRequest => ({
  connection: connectionId('demo'),
  id: '_1',
  handle: 'h',
  browser: 'b',
  expiresAt: instant(0),
  ...(wishes.community === undefined ? {} : { community: communityId(wishes.community) }),
  ...(wishes.returnTo === undefined ? {} : { returnTo: wishes.returnTo }),
})
const endOf = (entries: readonly StandingEntry[], wishes?: Parameters<typeof request>[0]): string => {
  const landing = landingOf(ways, configuration, entries, wishes && request(wishes))
  return landing.kind === 'passOn' ? landing.url : 'page'
}
const portal = { returnTo: 'https://portal.test/' }
const [ready, pending] = [entry('one', 'assigned'), entry('one', 'pending')]
const withheld = entry('two', 'withheld', { detail: 'wanted and not given' })
const leaving = entry('two', 'assigned', { leaving: true })
const gone = entry('removed', 'assigned', { leaving: true })

describe('a login ends', () => {
  it.each([
    ['nowhere without a role', [], undefined, 'page'],
    ['nowhere without a role, whatever was asked for', [], portal, 'page'],
    ['at the only community', [ready], undefined, 'https://one.test/'],
    ['on the page where a role is on its way', [pending], undefined, 'page'],
    ['on the page where there are two', [ready, entry('two', 'assigned')], undefined, 'page'],
    [
      'at the one of two that was named',
      [ready, entry('two', 'pending')],
      { community: 'one' },
      'https://one.test/',
    ],
    ['where it was asked for, once all is in place', [ready], portal, portal.returnTo],
    ['on the page while anything is open', [ready, leaving], portal, 'page'],
    ['at the only community that gives something', [ready, leaving], undefined, 'https://one.test/'],
    [
      'at a platform where its communities are ready',
      [ready, leaving],
      { returnTo: 'https://one.test/a' },
      'https://one.test/a',
    ],
    // Nobody waits for what will not come.
    ['elsewhere although a role is withheld', [ready, withheld], portal, portal.returnTo],
    ['at the only community although one is withheld', [ready, withheld], undefined, 'https://one.test/'],
    ['on the page that says so where all is withheld', [withheld], portal, 'page'],
    ['on the page where what was named is withheld', [ready, withheld], { community: 'two' }, 'page'],
    [
      'on the page where all of that platform is withheld',
      [ready, withheld],
      { returnTo: 'https://two.test/' },
      'page',
    ],
    [
      'elsewhere although something is left in a community that was taken out',
      [ready, gone],
      portal,
      portal.returnTo,
    ],
    ['on the page where there is nothing else', [gone], portal, 'page'],
    ['on the page where what was named was taken out', [ready, gone], { community: 'removed' }, 'page'],
  ] as const)('%s', (_, entries, wishes, end) => {
    expect(endOf(entries, wishes)).toBe(end)
  })
})

describe('the page', () => {
  const pageOf = (...entries: readonly StandingEntry[]): string => {
    const landing = landingOf(ways, configuration, entries, request({ community: 'none' }))
    return landing.kind === 'show' ? standingPage(configuration, landing.stops, { login: again }).body : ''
  }

  it.each([
    ['no role is meant for you', []],
    ['everything is in place', [ready]],
    ['everything is in place', [ready, withheld]],
    ['Not everything is in place yet', [pending, withheld]],
    ['Not everything is in place yet', [leaving]],
    ['no role is given to you', [withheld]],
  ] as const)('begins with: %s', (words, entries) => {
    expect(pageOf(...entries)).toContain(words)
  })

  it('leads from a community that was taken out to a login that names none', () => {
    expect([...pageOf(gone).matchAll(/href="([^"]*)"/g)].map(([, url]) => url)).toEqual([again])
  })
})
