import fc from 'fast-check'
import { expect, test } from 'vitest'
import { milliseconds } from '../../lib/core/ids.ts'
import { hook, openStage, type Stage, secretOf, soc } from './stage.ts'
import { isGenuine, openStation, type Station } from './stations.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('emit' as const), failed: fc.boolean() }),
  fc.record({ kind: fc.constant('answer' as const), status: fc.constantFrom(200, 204, 400, 429, 500, 302) }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 15, 70, 1000, 9000) }),
  fc.record({ kind: fc.constantFrom('prompt' as const, 'sweep' as const), second: fc.boolean() }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** One receiver of everything and one of failed runs, who remember what they confirmed. */
const openScene = async () => {
  const [stage, station] = await Promise.all([openStage(), openStation()])
  stage.configure([
    hook('all', `${station.url}/all`),
    hook('some', `${station.url}/some`, { events: ['run.failed'] }),
  ])
  const confirmed = { '/all': new Set<string>(), '/some': new Set<string>() }
  let status = 200
  let forged = 0
  station.behave((one) => {
    if (!isGenuine(one, secretOf('a'), milliseconds(stage.clock.now()))) forged += 1
    const id = String(one.headers['webhook-id'])
    if (status < 300) confirmed[one.path as keyof typeof confirmed].add(id)
    return { status }
  })
  return {
    stage,
    station,
    workers: [stage.worker(), stage.worker()] as const,
    confirmed: () => [confirmed['/all'].size, confirmed['/some'].size],
    answer: (next: number) => {
      status = next
    },
    forged: () => forged,
  }
}
type Scene = Awaited<ReturnType<typeof openScene>>

const play = async ({ stage, workers, answer }: Scene, one: Step): Promise<void> => {
  switch (one.kind) {
    case 'answer':
      return answer(one.status)
    case 'wait':
      return stage.clock.advance(one.seconds)
    case 'emit':
      return one.failed
        ? workers[0].emit({ type: 'run.failed', community: soc, at: stage.clock.now(), code: 'internal' })
        : workers[1].drift(1)
    default:
      await workers[one.second ? 1 : 0][one.kind]()
  }
}

const close = async (stage: Stage, station: Station): Promise<void> => {
  await Promise.all([stage.close(), station.close()])
}

test('whatever receivers, clocks and workers do, what was emitted arrives, once it can, at those who want it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      const scene = await openScene()
      try {
        for (const one of steps) await play(scene, one)
        scene.answer(200)
        for (let turn = 0; turn < 4; turn++) {
          scene.stage.clock.advance(6 * 3600)
          await scene.workers[0].sweep()
        }
        const emitted = steps.flatMap((one) => (one.kind === 'emit' ? [one.failed] : []))
        expect(scene.confirmed()).toEqual([emitted.length, emitted.filter(Boolean).length])
        const strays = scene.station.received.filter(
          ({ path, body }) => path === '/some' && !body.includes('"rolecall.run.failed.v1"'),
        )
        expect([scene.forged(), strays]).toEqual([0, []])
      } finally {
        await close(scene.stage, scene.station)
      }
    }),
    { numRuns: Math.min(100, Number(process.env.FUZZ_BUDGET ?? 10)) },
  )
})
