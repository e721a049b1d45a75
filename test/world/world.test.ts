// A town of three platforms through made-up days: FUZZ_BUDGET more of them, WORLD_LENGTH longer ones, FUZZ_SEED others.
import '../support/fuzz-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandArbitrary } from './commands.ts'
import { play } from './play.ts'
import { once } from './seeds.ts'

const runs = Number(process.env.FUZZ_BUDGET ?? 4)
const length = Number(process.env.WORLD_LENGTH ?? 30)
const patience = 60_000 + runs * 30_000

const history = fc.array(commandArbitrary, { minLength: length / 2, maxLength: length, size: 'max' })

describe('a town', () => {
  it('settles, and comes to rest', async () => {
    await expect(play([])).resolves.toBeUndefined()
  })

  for (const { name, commands } of once)
    it(`once: ${name}`, async () => {
      await expect(play(commands)).resolves.toBeUndefined()
    })

  it(
    'keeps what it promises, whatever happens',
    () =>
      fc.assert(
        fc.asyncProperty(history, (commands) => play(commands)),
        { numRuns: runs },
      ),
    patience,
  )
})
