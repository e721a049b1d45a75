import fc from 'fast-check'
import { expect, it } from 'vitest'
import { judgeExchange, masked, retryAfterSeconds } from '../../lib/platforms/answers.ts'

const secret = fc.stringMatching(/^[A-Za-z0-9_-]{8,40}$/)

it('no text lets a secret through', () => {
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      expect(masked(`${before}${value}${after}`, [value])).not.toContain(value)
    }),
  )
})

it('no text lets an e-mail address through', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.lorem(), (email, words) => {
      expect(masked(`${words} ${email} ${words}`, [])).not.toContain(email)
    }),
  )
})

/** Encoders differ in what they escape; all of these are the same text in JSON. */
const escaped = (text: string): string =>
  [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

it('no JSON lets a secret or an address through, however it is escaped', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9+/=]{8,40}$/),
      fc.emailAddress(),
      fc.constantFrom(escaped, (text: string) => text.replaceAll('/', '\\/')),
      fc.constantFrom('message', 'details', 'error'),
      (value, email, write, field) => {
        const body = `{"${field}":"no: ${write(value)} of ${write(email)}"}`
        const exchange = {
          kind: 'answered',
          status: 400,
          contentType: 'application/json',
          retryAfter: undefined,
          body,
        } as const
        const judged = judgeExchange(exchange, { what: 'asking', writes: false }, [value], 0)
        const message = judged.kind === 'failed' ? judged.error.message : ''
        expect(message).toContain('400')
        expect(message).not.toContain(value)
        expect(message).not.toContain(email)
      },
    ),
  )
})

it('every status is classified, and only harmless ones may be repeated by anybody', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), fc.boolean(), fc.string(), (status, writes, body) => {
      const exchange = {
        kind: 'answered',
        status,
        contentType: 'application/json',
        retryAfter: undefined,
        body,
      } as const
      const judged = judgeExchange(exchange, { what: 'asking', writes }, [], 0)
      if (judged.kind === 'ok') {
        expect(status).toBeLessThan(300)
        return
      }
      expect(judged.error.code).toMatch(/^platform/)
      if (judged.repeat === 'always') expect(status).toBe(429)
      if (writes && status >= 500) expect(judged.error.code).toBe('platformUncertain')
    }),
  )
})

it.each([
  ['17', 17],
  [' 5 ', 5],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 10],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  [undefined, undefined],
])('reads Retry-After %j as %j', (value, seconds) => {
  const now = value?.startsWith('Thu') === true && seconds === 0 ? 5_000 : 0
  expect(retryAfterSeconds(value, now)).toBe(seconds)
})
