import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { checkAgainstCatalogue } from '../../lib/config/catalogue-check.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { findingLines } from '../../lib/config/findings.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { changed, plain, traits } from './examples.ts'

let simulators: Simulators
beforeAll(async () => {
  simulators = await startSimulators({ port: 0 })
})
afterAll(() => simulators.close())

const check = async (text: string, key = 'demo-sekoia-key'): Promise<readonly string[]> => {
  const here = changed('https://api.sekoia.io', `${simulators.url}/sekoia`, text)
  const { configuration, lineOf } = parseConfiguration(here, { traits, local: true })
  const platforms = createPlatforms({
    secrets: async () => key,
    pace: { permit: async () => undefined, pause: async () => undefined },
    clock: systemClock,
    allowLoopback: true,
  })
  return findingLines(await checkAgainstCatalogue(configuration, platforms), lineOf)
}

test('what the platform has is accepted', async () => {
  expect(await check(plain)).toEqual([])
})

test.each([
  [
    'builtin: Analyst',
    'builtin: Analist',
    'communities[0].roles[0].builtin (line 19): the platform has no built-in role "Analist"',
    'did you mean "Analyst"?',
  ],
  [
    '        description: Alerts of one intake\n        permissions: [SIC_READ_ALERTS]\n        intakes: [EDR - Paris]\n',
    '',
    'communities[0].roles[2].restricted (line 25): the platform has no role "EDR only"',
    'correct the name',
  ],
  [
    'rule changes\n        permissions: [SIC_READ_ALERTS]',
    'rule changes\n        permissions: [SIC_READ_ALERT]',
    'communities[0].roles[1].permissions (line 23): the platform has no permission "SIC_READ_ALERT"',
    'did you mean "SIC_READ_ALERTS"?',
  ],
  [
    'one intake\n        permissions: [SIC_READ_ALERTS]',
    'one intake\n        permissions: [SIC_WRITE_INTAKES]',
    'communities[0].roles[2].permissions (line 27): permission "SIC_WRITE_INTAKES" is not allowed in restricted roles',
    'make the role custom',
  ],
  [
    '[EDR - Paris]',
    '[EDR - Pari]',
    'communities[0].roles[2].intakes (line 28): the platform has no intake "EDR - Pari"',
    'did you mean "EDR - Paris"?',
  ],
])('%j → %j', async (before, after, place, remedy) => {
  const found = await check(changed(before, after))
  expect(found).toHaveLength(1)
  expect(found[0]?.split(';')[0]).toBe(place)
  expect(found[0]).toContain(remedy)
})

test('a platform that refuses us is a finding of its community, without the key', async () => {
  const found = await check(plain, 'wrong-key')
  expect(found).toHaveLength(1)
  expect(found[0]).toContain('communities[0] (line 6): the platform could not be asked')
  expect(found[0]).not.toContain('wrong-key')
})
