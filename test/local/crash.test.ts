import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createPlatformSide } from '../../infra/local/demo/platform.ts'
import { carryOut, inspect, openScim, type Progress, type Scim, type Step } from './crash/push.ts'

const seed = Number(process.env.CRASH_SEED ?? 20_260_301)
const kills = 50
const token = 'a-token-of-the-test'
const users = Array.from({ length: 60 }, (_, n) => `person-${String(n).padStart(2, '0')}@demo.test`)
const groups = ['SOC-Analysts', 'SOC-Tier1', 'EDR-Paris', 'All-Staff', 'Site-Paris']
/** Only every fifth person is in groups that give roles: the platform's pace is not what is tested here. */
const withRole = users.filter((_, n) => n % 5 === 0)

/** 205 requests that matter: 60 people, 5 groups, and two memberships each plus twenty more. */
const steps: readonly Step[] = [
  ...groups.map((name) => ({ kind: 'group' as const, name })),
  ...users.flatMap((user, n): readonly Step[] => [
    { kind: 'user', name: user },
    { kind: 'member', group: 'All-Staff', user },
    { kind: 'member', group: n % 5 === 0 ? (groups[n % 3] ?? '') : 'Site-Paris', user },
  ]),
  ...withRole.flatMap((user) =>
    ['SOC-Analysts', 'SOC-Tier1'].map((group) => ({ kind: 'member' as const, group, user })),
  ),
]

/** Park and Miller's generator: the same kills for the same seed. */
const random = ((state: number) => () => {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
})(seed)

type Running = {
  readonly child: ChildProcess
  readonly scim: Scim
  readonly simulators: string
}
const start = async (data: string, dieAfter: number): Promise<Running> => {
  const script = join(import.meta.dirname, 'crash/house-process.ts')
  const child = spawn(process.execPath, [script, data, token, String(dieAfter)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const { url, simulators } = JSON.parse(String(chunk)) as {
      readonly url: string
      readonly simulators: string
    }
    return { child, scim: openScim(`${url}/demo/scim/v2`, token), simulators }
  }
  throw new Error('the house did not start')
}
const kill = async ({ child }: Running): Promise<void> => {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

const checked = async (running: Running, progress: Progress): Promise<void> => {
  const { found, pairs, inconsistencies } = await inspect(running.scim, users, groups)
  expect(inconsistencies).toEqual([])
  for (const [name, id] of progress.ids) expect(found.get(name)?.id, name).toBe(id)
  for (const pair of progress.members) expect(pairs, pair).toContain(pair)
}

test(`${kills} kills during a push (seed ${seed}): what was answered is there, the rest is whole or absent`, async () => {
  const data = mkdtempSync(join(tmpdir(), 'rolecall-crash-'))
  const progress: Progress = { ids: new Map(), members: new Set() }
  const left = [...steps]
  const perKill = Math.ceil(steps.length / kills)
  for (let round = 0; round < kills; round += 1) {
    const inside = round % 2 === 0
    const batch = left.splice(0, perKill)
    const running = await start(data, inside ? 1 + Math.floor(random() * (perKill - 1)) : 0)
    if (round % 5 === 0) await checked(running, progress)
    const results = Promise.allSettled(inOrder(running.scim, progress, batch))
    if (!inside) {
      await pause(random() * 60)
      running.child.kill('SIGKILL')
    }
    const outcomes = await results
    await kill(running)
    left.unshift(...batch.filter((_, n) => outcomes[n]?.status === 'rejected'))
  }
  // The house killed itself between write and answer in nearly every second round; the others were killed at any moment.
  expect(readFileSync(`${data}.kills`, 'utf8').length).toBeGreaterThan(kills / 3)

  const last = await start(data, 0)
  for (const step of left) await carryOut(last.scim, progress, step)
  await checked(last, progress)
  expect(progress.ids.size).toBe(users.length + groups.length)
  const platform = createPlatformSide(last.simulators)
  const wanted = ['owner@demo.test', ...withRole].sort()
  await vi.waitFor(async () => expect(Object.keys(await platform.standings()).sort()).toEqual(wanted), {
    timeout: 180_000,
    interval: 500,
  })
  await kill(last)
  rmSync(data, { recursive: true })
  rmSync(`${data}.kills`)
}, 600_000)

/** A few at a time, but never a membership before its user: those of one batch wait for each other by name. */
const inOrder = (scim: Scim, progress: Progress, batch: readonly Step[]): readonly Promise<void>[] => {
  const created = new Map<string, Promise<void>>()
  return batch.map((step) => {
    const before = step.kind === 'member' ? created.get(step.user) : undefined
    const result = (before ?? Promise.resolve()).then(() => carryOut(scim, progress, step))
    if (step.kind === 'user') created.set(step.name, result)
    return result
  })
}
