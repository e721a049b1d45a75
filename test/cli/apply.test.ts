import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { communityId } from '../../lib/core/ids.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { type Desk, openDesk } from './command.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  expect((await desk.call('config', 'push', desk.file)).code).toBe(0)
})
afterAll(() => desk.close())

test('the data goes away while somebody waits: the wish stands, and so it is told', async () => {
  const soc = communityId('demo-soc')
  const runs = createRunStore(desk.table)
  for (const number of [1, 2])
    expect((await desk.call('plan', 'demo-soc', '--save')).out).toContain(`plan ${number};`)
  const waits = [1, 2].map((number) =>
    desk.call(
      'apply',
      'demo-soc',
      String(number),
      '--reason',
      'checked',
      ...(number === 2 ? ['--json'] : []),
    ),
  )
  for (const number of [1, 2])
    await vi.waitFor(async () => expect((await runs.fate(soc, number))?.state).toBe('asked'))
  await desk.leave()
  const [words, json] = await Promise.all(waits)
  expect(words).toMatchObject({
    code: 2,
    error: 'warning: the store did not answer: try again\n',
    out: expect.stringMatching(
      /^Not yet: plan 1 of demo-soc is asked for since 20\S+; how it went says npx rolecall plans demo-soc --data \S+\n$/,
    ),
  })
  expect(json?.code).toBe(2)
  expect(JSON.parse(json?.out ?? '')).toMatchObject({ number: 2, state: 'asked', applied: 0 })

  // Nobody serves the data, so nobody is waited for.
  const alone = await desk.call('apply', 'demo-soc', '1', '--reason', 'again')
  expect(alone).toMatchObject({ code: 2, error: '' })
  expect(alone.out).toContain(', and is carried out as soon as npm start runs; how it went says npx rolecall')
  expect((await desk.call('plans', 'demo-soc')).out).toMatch(/^ {5}1 .* asked for since 20\S+$/m)
})
