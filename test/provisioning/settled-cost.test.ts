import { expect, test } from 'vitest'
import { readCommunity } from '../../lib/provisioning/state.ts'
import { openSettled } from '../bench/reconcile/settled.ts'
import { soc } from './bench.ts'

/** Pages of the platform's list overlap by one, so that nobody slips between two. */
const perPage = 100 - 1
const beside = [
  'GET /v1/communities/11111111-1111-4111-8111-111111111111',
  'GET /v1/communities/11111111-1111-4111-8111-111111111111/roles',
  'GET /v1/me/permissions',
  'GET /v1/communities/11111111-1111-4111-8111-111111111111/api-keys',
]

type Counts = Readonly<Record<string, number>>
const less = (all: Counts, part: Counts): Counts =>
  Object.fromEntries(Object.entries(all).map(([name, n]) => [name, n - (part[name] ?? 0)]))

const reconciled = async (members: number) => {
  const { bench, platform, asked } = await openSettled(members)
  const configuration = await bench.deps.configuration()
  asked()
  const state = await readCommunity(bench.deps, configuration, soc, () => {})
  const directory = asked()
  const reports = await bench.reconcile()
  const run = asked()
  await bench.close()
  expect(state.targets).toHaveLength(members)
  expect(reports).toMatchObject([{ ending: 'done', rounds: 1, finished: 1, applied: 0, held: 0, failed: 0 }])
  expect(bench.events).toEqual([])
  return { directory, platform: platform.requests(), rest: less(run, directory) }
}

test('where nothing is to be done, a reconciliation reads the directory and the list, and asks for nobody', async () => {
  const [few, many] = [await reconciled(90), await reconciled(700)]
  for (const [one, members] of [
    [few, 90],
    [many, 700],
  ] as const) {
    const pages = one.platform.filter((request) => request.endsWith('/avatars/'))
    expect(pages).toHaveLength(Math.ceil((members - 1) / perPage))
    expect(one.platform.filter((request) => !request.endsWith('/avatars/'))).toEqual(beside)
  }
  // Nobody is read alone: members by the 256 places their ids begin with, at most twice each; their groups and our records by the page.
  expect(Object.keys(many.directory).toSorted()).toEqual(['GetItem', 'Query'])
  expect(many.directory.GetItem).toBe(1)
  expect(many.directory.Query).toBeLessThan(2 * 256)
  // What is asked of the table beside that does not depend on how many there are.
  expect(many.rest).toEqual(few.rest)
})
