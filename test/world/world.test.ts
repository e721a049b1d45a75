// A town of three platforms through made-up days: FUZZ_BUDGET more of them, WORLD_LENGTH longer ones, FUZZ_SEED others.
import '../support/fuzz-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Command, commandArbitrary } from './commands.ts'
import { handEdits } from './hands.ts'
import { play } from './play.ts'
import { once } from './seeds.ts'
import { outageKinds } from './wire.ts'

const runs = Number(process.env.FUZZ_BUDGET ?? 1)
const length = Number(process.env.WORLD_LENGTH ?? 30)
const patience = 60_000 + runs * 30_000

/** What happened in all these histories, and how often. */
const counts = new Map<string, number>()
const happens = [
  'call',
  'login',
  'refused login',
  'login grown old',
  'crash',
  'crash of a sweep',
  'stall',
  'lost record',
  'late record',
  'doubled and reordered records',
  'lost wake-up',
  'unknown end',
  'TransactionConflictException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'InternalServerError',
  ...outageKinds,
]
/** By its own name, and by that of what makes one of its kind another. */
const namesOf = (command: Command): readonly string[] => [
  command.kind,
  ...Object.entries(command).flatMap(([key, value]) =>
    ['edit', 'how', 'fault', 'stream', 'mode', 'shows'].includes(key) ? [`${key}: ${value}`] : [],
  ),
  ...('trouble' in command && command.trouble !== null ? [command.trouble.kind] : []),
]

const history = fc.array(commandArbitrary, {
  minLength: Math.floor(length / 2),
  maxLength: length,
  size: 'max',
})

describe('a town', () => {
  it('settles, and comes to rest', async () => {
    await expect(play([])).resolves.toBeUndefined()
  })

  for (const { name, commands } of once)
    it(`once: ${name}`, async () => {
      await expect(play(commands, 1, undefined, counts)).resolves.toBeUndefined()
    })

  it(
    'keeps what it promises, whatever happens',
    () =>
      fc.assert(
        fc.asyncProperty(history, (commands) => play(commands, 1, undefined, counts)),
        { numRuns: runs },
      ),
    patience,
  )

  it('had everything in it that can go wrong', () => {
    const missing = happens.filter((what) => (counts.get(what) ?? 0) === 0)
    expect(missing).toEqual([])
  })

  it('may have any history', () => {
    const names = new Set(fc.sample(commandArbitrary, 3000).flatMap(namesOf))
    const edits = handEdits.map((edit) => `edit: ${edit}`)
    const outages = outageKinds.map((how) => `how: ${how}`)
    const written = once.flatMap(({ commands }) => commands.flatMap(namesOf))
    expect([...edits, ...outages, ...written].filter((name) => !names.has(name))).toEqual([])
  })
})
