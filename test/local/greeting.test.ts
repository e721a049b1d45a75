import { expect, test } from 'vitest'
import { greeting } from '../../infra/local/greeting.ts'

const house = (token?: string) => ({
  url: 'http://127.0.0.1:8080',
  simulators: { url: 'http://127.0.0.1:8081' },
  firstStart: { ...(token !== undefined && { token }), close: () => undefined },
})

test('a made token is shown with the lines that use it; later, the way to another one', () => {
  const first = greeting(house('rc_made'), { data: '.rolecall' })
  expect(first).toContain('rc_made  (connection demo, not shown again)')
  expect(first).toContain("AUTH='Authorization: Bearer rc_made'")
  expect(first).toContain('http://127.0.0.1:8081/sekoia, /netography and /immybot  (simulated)')
  expect(first).toMatch(/SAML login {5}http:\/\/127\.0\.0\.1:8080\/demo\/saml\/login {2}\(/)
  const second = greeting(house(), { data: '.rolecall' })
  expect(second).toMatch(/for another one: npx rolecall credentials create demo$/m)
  expect(second).not.toContain('AUTH=')
})

test('a token of one’s own is not said to be gone', () => {
  const text = greeting(house('my-own-token'), { data: '.rolecall', demoToken: 'my-own-token' })
  expect(text).toContain('my-own-token  (connection demo, from ROLECALL_DEMO_TOKEN)')
  expect(text).not.toContain('not shown again')
})

test('commands for the other terminal name the data, unless it is where they look anyway', () => {
  expect(greeting(house(), { data: '.rolecall' })).toMatch(/npx rolecall plan demo-soc$/m)
  const elsewhere = greeting(house(), { data: '/srv/rolecall' })
  expect(elsewhere).toMatch(/npx rolecall plan demo-soc --data \/srv\/rolecall$/m)
  expect(elsewhere).toMatch(/npx rolecall credentials create demo --data \/srv\/rolecall$/m)
  const memory = greeting(house('rc_made'), { data: 'memory' })
  expect(memory).toContain('in memory: gone when this stops')
  expect(memory).not.toContain('npx rolecall')
})
