import { afterEach, beforeEach, expect, test } from 'vitest'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { createCurrentConfiguration } from '../../lib/config/current.ts'
import { createPatterns } from '../../lib/config/patterns.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { createTestClock } from '../support/clock.ts'
import { openTestTable, type TestTable } from '../support/table.ts'
import { changed, plain, traits } from './examples.ts'

let opened: TestTable
beforeEach(async () => {
  opened = await openTestTable()
})
afterEach(() => opened.close())

const open = () => {
  const clock = createTestClock()
  const { client, name } = opened
  const store = createConfigurationStore(createTable({ client, name, clock: systemClock, ids: createIds() }))
  return { clock, store, current: createCurrentConfiguration({ store, clock, local: false, traits }) }
}

test('before the first push there is none, and the error says what to do', async () => {
  const { current, store, clock } = open()
  await expect(current()).rejects.toMatchObject({
    code: 'configurationMissing',
    message: expect.stringContaining('config push'),
  })
  await store.push(plain, 0, 'me', '')
  clock.advance(1)
  expect((await current()).number).toBe(1)
})

test('a push and a rollback are seen within seconds, not at each call', async () => {
  const { current, store, clock } = open()
  await store.push(plain, 0, 'me', '')
  const first = await current()
  await store.push(changed('id: others', 'id: renamed'), 1, 'me', '')
  expect(await current()).toBe(first)
  clock.advance(6)
  const second = await current()
  expect([second.number, second.rules[1]?.id]).toEqual([2, 'renamed'])
  await store.makeCurrent(1, 'me')
  clock.advance(6)
  expect([(await current()).number, (await current()).rules[1]?.id]).toEqual([1, 'others'])
})

test('unchanged, it is not parsed again', async () => {
  const { current, store, clock } = open()
  await store.push(plain, 0, 'me', '')
  const first = await current()
  clock.advance(60)
  expect(await current()).toBe(first)
})

test('a stored text that is not accepted any more is an error, never an older configuration', async () => {
  const { current, store, clock } = open()
  await store.push(plain, 0, 'me', '')
  await current()
  await store.push(changed('version: 1', 'version: 2'), 1, 'me', '')
  clock.advance(6)
  await expect(current()).rejects.toMatchObject({ code: 'configurationInvalid' })
})

test('regular expressions match the whole text, in linear time', () => {
  const { regex } = createPatterns()
  expect(['SOC', 'SOC-1', 'xSOC-1', 'soc-1'].map(regex('SOC-.*'))).toEqual([false, true, false, false])
  expect(['a', 'b', 'ab'].map(regex('a|b'))).toEqual([true, true, false])
  expect(regex('(?i)soc')('SOC')).toBe(true)
  // Backtracking would take 2^40 steps.
  expect(regex('(a*)*b')('a'.repeat(40))).toBe(false)
  for (const source of ['(', '(?=a)', '\\1', 'a'.repeat(1001)])
    expect(() => regex(source)).toThrow(expect.objectContaining({ code: 'configurationInvalid' }))
})
