import { expect, test } from 'vitest'
import { momentFrom } from '../../lib/cli/moments.ts'
import { instant } from '../../lib/core/ids.ts'

const now = instant(Date.parse('2028-03-05T12:00:00Z'))

test('a day stands for its end, and today for now; a moment for itself', () => {
  expect(momentFrom('2028-02-29', now)).toBe('2028-02-29T23:59:59.999Z')
  expect(momentFrom('2028-03-05', now)).toBe(now)
  expect(momentFrom('2028-02-29T23:30+02:00', now)).toBe('2028-02-29T21:30:00.000Z')
})

test.each(['2026-02-29', '2028-02-30', '2026-04-31', '2026-04-31T10:00Z', '2026-02-30T23:00:00+05:00'])(
  'no calendar has %s: another day is not taken for it',
  (text) => {
    expect(() => momentFrom(text, now)).toThrow('--at is a day such as 2026-11-22')
  },
)
