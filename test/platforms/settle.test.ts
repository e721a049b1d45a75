import { expect, it } from 'vitest'
import { ConnectorError, type ErrorCode } from '../../lib/core/errors.ts'
import { afterWrite, settled } from '../../lib/platforms/settle.ts'
import { testClock } from './clock.ts'

/** Codes by which a change counts as not done, and its announcement is taken back. */
const refusals: readonly ErrorCode[] = [
  'platformRefused',
  'platformForbidden',
  'platformUnauthorized',
  'platformNotFound',
  'platformThrottled',
]
const failing = (code: ErrorCode) => async (): Promise<never> => {
  throw new ConnectorError(code, 'no', { status: 418, retryAfter: 7 })
}
const done = async (): Promise<void> => {}

it.each(refusals)('a reading answered with %s says nothing about the write before it', async (code) => {
  await expect(settled(testClock(), 'giving', done, failing(code))).rejects.toMatchObject({
    code: 'platformUncertain',
    status: 418,
    retryAfter: 7,
    message: expect.stringMatching(/^giving: /),
  })
  await expect(afterWrite('giving', failing(code))).rejects.toMatchObject({ code: 'platformUncertain' })
})

it.each(['platformUnavailable', 'platformUncertain', 'outOfTime'] as const)(
  'a reading that fails with %s keeps its code',
  async (code) => {
    await expect(settled(testClock(), 'giving', done, failing(code))).rejects.toMatchObject({ code })
  },
)

it.each(['platformUncertain', 'platformNotFound', 'platformUnreadable'] as const)(
  'a write that ends with %s is believed when it shows, and keeps its code when it does not',
  async (code) => {
    const clock = testClock()
    expect(
      await settled(clock, 'giving', failing(code), async (reading) => (reading === 2 ? 'there' : undefined)),
    ).toBe('there')
    await expect(settled(clock, 'giving', failing(code), async () => undefined)).rejects.toMatchObject({
      code,
    })
  },
)

it('a write that was refused is not looked for', async () => {
  const looked = async (): Promise<string> => 'there'
  for (const code of ['platformRefused', 'platformForbidden', 'platformThrottled'] as const)
    await expect(settled(testClock(), 'giving', failing(code), looked)).rejects.toMatchObject({ code })
})
