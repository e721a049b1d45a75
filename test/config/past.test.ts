import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createConfigurationAt } from '../../lib/config/past.ts'
import { later } from '../../lib/core/ids.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { type Opened, openStore } from '../store/opened.ts'
import { firstOfMay } from '../support/clock.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

test('each moment has the version that was current then, rollbacks included; one that is no longer accepted is named', async () => {
  const { table, clock } = opened
  const [store, audit] = [createConfigurationStore(table), createAuditLog(table)]
  const at = (hours: number) => later(firstOfMay, hours * 3600)
  const text = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  for (const [hours, written] of [
    [1, text],
    [2, 'version: 0'],
  ] as const) {
    clock.setTo(at(hours))
    expect(await store.push(written, hours - 1, 'maria', '')).toMatchObject({ kind: 'stored', number: hours })
  }
  clock.setTo(at(3))
  await store.makeCurrent(1, 'maria')
  const actor = { kind: 'operator', label: 'maria' } as const
  const event = { kind: 'configurationRolledBack', number: 1 } as const
  await audit.append([{ at: at(3), requestId: 'back', actor, event }])
  clock.setTo(at(9))
  const asked = createConfigurationAt({ store, audit, local: true, traits: platformTraits })
  expect(await asked(at(0.5))).toEqual({ kind: 'none' })
  expect(await asked(at(1))).toMatchObject({ kind: 'found', since: at(1), configuration: { number: 1 } })
  expect(await asked(at(2.5))).toMatchObject({ kind: 'unreadable', number: 2 })
  expect(await asked(at(8))).toMatchObject({ kind: 'found', since: at(3), configuration: { number: 1 } })
})
