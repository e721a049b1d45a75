import { expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import { loginUrlOf } from '../../lib/platforms/login-url.ts'

type Given = Pick<Community, 'platform' | 'tenant' | 'baseUrl' | 'loginUrl'>
const sekoia = (baseUrl: string): Given => ({ platform: 'sekoia', tenant: '7a2d', baseUrl })

test.each<readonly [string, Given, string | undefined]>([
  ['Sekoia', sekoia('https://api.sekoia.io'), 'https://app.sekoia.io'],
  ['a region by its API host', sekoia('https://api.usa1.sekoia.io'), 'https://app.usa1.sekoia.io'],
  ['a region by its people’s host', sekoia('https://app.fra2.sekoia.io/api'), 'https://app.fra2.sekoia.io'],
  ['one of one’s own', sekoia('https://xdr.example.test/api'), 'https://xdr.example.test'],
  ['one with a name like it', sekoia('https://api.sekoia.io.example'), 'https://api.sekoia.io.example'],
  [
    'Netography',
    { platform: 'netography', tenant: 'acme soc', baseUrl: 'https://api.netography.com' },
    'https://fusion.netography.com/sso/acme%20soc',
  ],
  [
    'ImmyBot',
    { platform: 'immybot', tenant: 'instance', baseUrl: 'https://acme.immy.bot/x' },
    'https://acme.immy.bot',
  ],
  [
    'whatever is configured',
    { ...sekoia('https://api.sekoia.io'), loginUrl: 'https://sso.test/x' },
    'https://sso.test/x',
  ],
  ['an address that is none', sekoia('nowhere'), undefined],
])('people log in to %s', (_, community, url) => {
  expect(loginUrlOf(community)).toBe(url)
})
