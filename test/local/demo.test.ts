import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createNarration } from '../../infra/local/demo/narration.ts'

const demo = join(import.meta.dirname, '../../infra/local/demo/demo.ts')

test('the demo plays its day to the end, without colour where there is no terminal', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('Pascal has a role on each of them')
  expect(stdout).toContain('Suspended at Sekoia.io, deleted at Netography, stripped and expiring at ImmyBot')
  expect(stdout).toContain('Zoe is invited although changes are held')
  expect(stdout).toMatch(/All 14 claims came true in \d+ seconds\./)
  expect(stdout).not.toContain('\u001b')
}, 300_000)

test('a claim that does not come true ends the story with the difference', async () => {
  const told: string[] = []
  const narration = createNarration((line) => told.push(line), false, 50)
  const read = async (): Promise<Record<string, string>> => ({
    ada: 'enabled: Analyst',
    bob: 'disabled: Guest',
    eve: 'enabled: Admin',
  })
  const wanted = { ada: 'enabled: Analyst', bob: 'enabled: Guest', zoe: 'invited: Guest' }
  await expect(narration.claim('All is well', read, wanted)).rejects.toThrow(
    [
      'All is well',
      '  bob: is "disabled: Guest", should be "enabled: Guest"',
      '  eve: is "enabled: Admin", should be nothing',
      '  zoe: is nothing, should be "invited: Guest"',
    ].join('\n'),
  )
  expect(told).toEqual(['     ✗ All is well'])
  expect(narration.claims()).toBe(0)
})

test('a claim may take its time; colours are for terminals', async () => {
  const told: string[] = []
  const narration = createNarration((line) => told.push(line), true, 5000)
  let reads = 0
  await narration.claim('Three at last', async () => Math.min(3, ++reads), 3)
  expect(reads).toBe(3)
  expect(told[0]).toContain('\u001b[32m✓\u001b[39m Three at last')
})
