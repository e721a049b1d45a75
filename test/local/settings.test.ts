import { expect, test } from 'vitest'
import { readSettings } from '../../infra/local/settings.ts'

test('nothing set: the documented defaults', () => {
  expect(readSettings({})).toEqual({
    data: '.rolecall',
    port: 8080,
    simulatorsPort: 8081,
    reconcileEvery: 900,
  })
})

test('everything set', () => {
  expect(
    readSettings({
      ROLECALL_DATA: 'memory',
      PORT: '0',
      SIMULATORS_PORT: '9000',
      RECONCILE_EVERY: '30s',
      ROLECALL_DEMO_TOKEN: 'a-token-of-mine',
      LOG_LEVEL: 'DEBUG',
    }),
  ).toEqual({
    data: 'memory',
    port: 0,
    simulatorsPort: 9000,
    reconcileEvery: 30,
    demoToken: 'a-token-of-mine',
    logLevel: 'DEBUG',
  })
})

test.each([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['SIMULATORS_PORT', '-1'],
  ['RECONCILE_EVERY', '15'],
  ['RECONCILE_EVERY', '0m'],
  ['RECONCILE_EVERY', '25d'],
  ['ROLECALL_DEMO_TOKEN', 'short'],
  ['ROLECALL_DEMO_TOKEN', 'with a space'],
  ['ROLECALL_DEMO_TOKEN', 'rc_looks_like_ours'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'configurationInvalid', field: name }),
  )
})
