import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlatformSide } from '../../../infra/local/demo/platform.ts'
import { seeded } from '../../../infra/local/dynamodb/seeded.ts'
import { createIdentityProvider, type IdentityProvider, until } from '../town.ts'
import type { Order } from './child.ts'
import { empty, type Model, modelAfter, pushOf, type Request } from './push.ts'
import { bothDirectionsAgree, type Directory, modelOf, readDirectory, send } from './view.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20_261_122)
const requests = 200
// CRASH_KILLS=50 is the long run, a stage of .ci/run.
const kills = Number(process.env.CRASH_KILLS ?? 5)

type Living = {
  readonly child: ChildProcess
  readonly idp: IdentityProvider
  readonly simulators: string
  readonly exit: Promise<unknown>
}

const start = async (data: string): Promise<Living> => {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [data], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as { url: string; simulators: string }),
    exit.then(() => {
      throw new Error('the house did not start again on its own data')
    }),
  ])
  return { child, idp: createIdentityProvider(ready.url), simulators: ready.simulators, exit }
}

type Doom = Order | { readonly afterMilliseconds: number }

/** Sends while death is on its way; undefined when no answer came. */
const sendAndDie = async (living: Living, directory: Directory, request: Request, doom: Doom) => {
  if ('killAfterWrites' in doom) living.child.send(doom)
  else setTimeout(() => living.child.kill('SIGKILL'), doom.afterMilliseconds)
  const status = await send(living.idp, directory, request).catch(() => undefined)
  // A request may need fewer writes than were to be survived.
  if ('killAfterWrites' in doom) setTimeout(() => living.child.kill('SIGKILL'), 20)
  await living.exit
  return status
}

/** Which requests are planned to die, and whether between the engine's write and the answer (every second one) or at any moment. */
const doomsday = (random: () => number): ReadonlyMap<number, 'inside' | 'anywhere'> => {
  const doomed = new Set<number>()
  while (doomed.size < kills) doomed.add(Math.floor(random() * (requests - 20)))
  return new Map([...doomed].map((request, n) => [request, n % 2 === 0 ? 'inside' : 'anywhere']))
}

/** More members than a transaction holds are written in several: any of them may be the last. */
const writesOf = (request: Request, random: () => number): number =>
  'members' in request && request.members.length > 10 ? 1 + Math.floor(random() * 3) : 1

const plain = (model: Model): string => JSON.stringify(modelOf({ users: [], groups: [] }, model))

/** Wholly there or wholly absent: waits for one of the two, as the sweep at the start may still roll an intent forward. */
const settled = async (idp: IdentityProvider, before: Model, next: Model) => {
  const directory = await until(
    () => readDirectory(idp),
    (seen) =>
      bothDirectionsAgree(seen) && [plain(before), plain(next)].includes(JSON.stringify(modelOf(seen))),
    10_000,
  )
  return { directory, stored: JSON.stringify(modelOf(directory)) === plain(next) }
}

describe(`${kills} kills during a push of ${requests} requests`, () => {
  let data: string
  let living: Living
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'rolecall-crash-'))
    living = await start(data)
  })
  afterAll(async () => {
    living.child.kill('SIGKILL')
    await living.exit
    await rm(data, { recursive: true, force: true })
  })

  it('acknowledged is there, unanswered is wholly there or wholly absent, and the platform converges', async () => {
    const random = seeded(seed)
    const push = pushOf(requests, random)
    const dooms = doomsday(random)
    const seen = { answered: 0, stored: 0, absent: 0 }
    let model: Model = empty
    let known: Directory | undefined
    // Ids are read again only when there are new ones.
    const directoryFor = async (request: Request): Promise<Directory> => {
      if (request.kind === 'createUser') return { users: [], groups: [] }
      known ??= await readDirectory(living.idp)
      return known
    }

    const survive = async (request: Request, doom: Doom, name: string): Promise<void> => {
      const status = await sendAndDie(living, await directoryFor(request), request, doom)
      living = await start(data)
      const { directory, stored } = await settled(living.idp, model, modelAfter(model, request))
      if (status !== undefined) expect(stored, `${name} was acknowledged with ${status}`).toBe(true)
      seen[status !== undefined ? 'answered' : stored ? 'stored' : 'absent'] += 1
      // An identity provider sends again what was not answered.
      if (!stored) expect(await send(living.idp, directory, request), `${name}, again`).toBeLessThan(300)
    }
    // A background write may draw the shot that was meant for the request: then the next request is shot at, too.
    let owed = 0
    const surviveInside = async (request: Request, name: string): Promise<void> => {
      const before = seen.stored
      await survive(request, { killAfterWrites: writesOf(request, random) }, name)
      if (seen.stored === before) owed += 1
    }

    for (const [index, request] of push.entries()) {
      const planned = dooms.get(index)
      const name = `seed ${seed}, request ${index} (${request.kind})`
      if (planned === 'anywhere') await survive(request, { afterMilliseconds: random() * 25 }, name)
      else if (planned === 'inside') await surviveInside(request, name)
      else if (owed > 0) {
        owed -= 1
        await surviveInside(request, name)
      } else expect(await send(living.idp, await directoryFor(request), request), name).toBeLessThan(300)
      model = modelAfter(model, request)
      if (request.kind === 'createUser' || request.kind === 'createGroup') known = undefined
    }

    expect(seen.answered + seen.stored + seen.absent).toBeGreaterThanOrEqual(kills)
    // Stored and never answered: killed between the engine's write and the HTTP answer.
    expect(seen.stored).toBeGreaterThanOrEqual(kills / 2)
    expect(JSON.stringify(modelOf(await readDirectory(living.idp, 'with look-ups')))).toBe(plain(model))
    await converges(living, model)
  }, 420_000)
})

/** Everybody in a rule's group has exactly the roles of their groups; whoever left or lost them is not enabled. */
const converges = async (living: Living, model: Model): Promise<void> => {
  // One of them at most: a custom role switches the built-in one off, a restricted one stands alone, the configuration's order decides.
  const roles = { 'SOC-Tier1': 'SOC tier 1', 'SOC-Analysts': 'Analyst', 'EDR-Paris': 'EDR Paris' }
  const expected = [...model.users]
    .filter(([, user]) => user.active)
    .flatMap(([user]) => {
      const role = Object.entries(roles).find(([group]) => model.groups.get(group)?.has(user))?.[1]
      return role === undefined ? [] : [`${user}: ${role}`]
    })
    .sort()
  const platform = createPlatformSide(living.simulators)
  const seen = async (): Promise<readonly string[]> =>
    Object.entries(await platform.standings())
      .filter(([email, standing]) => email !== 'owner@demo.test' && !standing.startsWith('disabled'))
      .map(([email, standing]) => `${email}: ${standing.replace(/^\w+: /, '')}`)
      .sort()
  await pause(100)
  await until(seen, expected, 90_000)
}
