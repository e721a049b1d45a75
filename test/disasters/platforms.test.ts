import { afterEach, describe, expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import { isConnectorError } from '../../lib/core/errors.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import { later } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { createTransport, type Transport } from '../../lib/platforms/transport.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { immybotHarness } from '../contract/immybot.ts'
import { netographyHarness } from '../contract/netography.ts'
import { sekoiaHarness } from '../contract/sekoia.ts'
import { openVillage, type Village } from '../contract/village.ts'
import { testPace } from '../platforms/clock.ts'

// What goes wrong on the platform's side, on each platform, through the whole worker.
let village: Village
afterEach(async () => {
  await village.close()
  await village.stage.close()
})

const harnesses = [sekoiaHarness, netographyHarness, immybotHarness] as const
type Harness = (typeof harnesses)[number]
const emails = ['ada@acme.example', 'bert@acme.example']

/** Two people with a role, one of whom is gone by now, and one who waits to come in: nothing of it has been looked at. */
const unsettled = async ({ start, roles }: Harness): Promise<readonly Member[]> => {
  village = await openVillage(await start({}, {}), roles)
  const people: Member[] = []
  for (const email of emails) people.push(await village.person(email, [roles.low]))
  await village.settle()
  for (const email of emails) village.stage.accept(email)
  await village.reconcile()
  const [ada] = people
  if (ada === undefined) throw new Error('nobody')
  await village.leave(ada)
  people.push(await village.person('zoe@acme.example', [roles.low]))
  return people
}

/** The worker, with another way to the platform. */
const worker = (more: { readonly transport?: Transport; readonly tenant?: string }) => {
  const { clock, secret } = village.stage
  const events: OperatorEvent[] = []
  const platforms = createPlatforms({
    secrets: async () => secret,
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    timeout: 5,
    random: () => 0.5,
    ...(more.transport === undefined ? {} : { transport: more.transport }),
  })
  const elsewhere = (one: Community): Community => ({ ...one, tenant: more.tenant ?? one.tenant })
  const deps: Provisioning = {
    ...village.deps,
    platforms: { ...platforms, open: (one, guard) => platforms.open(elsewhere(one), guard) },
    events: {
      emit: async (event) => {
        events.push(event)
      },
    },
  }
  const reconcile = async () => {
    await createReconciliation(deps).request()
    clock.advance(6)
    await createDispatcher(deps).sweep()
    return createProvisioner(deps).run(village.stage.community.id, later(clock.now(), 600))
  }
  return { deps, events, reconcile }
}

/** Everything that could have been concluded from a wrong answer. */
const picture = async (people: readonly Member[]) => ({
  writes: village.stage.writes(),
  mails: [...emails, 'zoe@acme.example'].map((email) => village.stage.mailsTo(email)),
  truths: [...emails, 'zoe@acme.example'].map((email) => village.stage.truth(email)),
  records: (await Promise.all(people.map((one) => village.ownerships(one)))).flat(),
  holds: await village.holds(),
})

/** When it is itself again, what was wished for is done: nothing was lost meanwhile. */
const recovers = async (): Promise<void> => {
  village.stage.advance(3_600)
  await village.reconcile()
  expect(village.stage.truth('ada@acme.example')?.status ?? 'disabled').toBe('disabled')
  expect(village.stage.truth('bert@acme.example')?.status).toBe('enabled')
  expect(village.stage.truth('zoe@acme.example')).toBeDefined()
}
const refusalOf = (deps: Provisioning) =>
  previewPlan(deps, village.stage.community.id).then(
    () => 'answered',
    (error: unknown) => (isConnectorError(error) ? error.code : 'unforeseen'),
  )

/** Of the same form as a real one, and another. */
const foreign: Readonly<Record<Harness['platform'], string>> = {
  sekoia: '99999999-9999-4999-8999-999999999999',
  netography: 'globex',
  immybot: '99999999-9999-4999-8999-999999999999',
}

describe.each(harnesses)('$name', (harness) => {
  test('a key for the wrong tenant concludes nothing, invites nobody and forgets nothing', async () => {
    const people = await unsettled(harness)
    const before = await picture(people)
    const wrong = worker({ tenant: foreign[harness.platform] })
    for (let n = 0; n < 2; n++) {
      expect(await wrong.reconcile()).toMatchObject({ applied: 0, finished: 0, ending: 'paused' })
      village.stage.advance(900)
    }
    expect(await picture(people)).toEqual(before)
    expect(await refusalOf(wrong.deps)).toBe('platformForbidden')
    await recovers()
  })
})

/** Whatever page is asked for, the first comes. */
const firstPageForever: Transport = (exchange) => {
  const url = new URL(exchange.url)
  for (const [name, first] of [
    ['offset', '0'],
    ['Skip', '0'],
    ['Page', '1'],
  ] as const)
    if (url.searchParams.has(name)) url.searchParams.set(name, first)
  return createTransport(true)({ ...exchange, url: url.toString() as never })
}

test.each([sekoiaHarness, immybotHarness])(
  '$name returns its first page for ever: an error after a few pages; only who left is taken care of',
  async (harness) => {
    const people = await unsettled(harness)
    village.stage.crowd(250)
    const before = await picture(people)
    const wrong = worker({ transport: firstPageForever })
    // Whoever left is looked up by their account, and needs no list.
    expect(await wrong.reconcile()).toMatchObject({ applied: 1, ending: 'paused' })
    const after = await picture(people)
    expect(after.truths.map((one) => one?.status)).toEqual(['disabled', 'enabled', undefined])
    expect(after).toMatchObject({ mails: before.mails, holds: [] })
    expect(await refusalOf(wrong.deps)).toBe('platformUnreadable')
    await recovers()
  },
)

/** Netography lists everybody in one piece, and never more than so many. */
const asManyAsEver: Transport = async (exchange) => {
  const answer = await createTransport(true)(exchange)
  const { list } = netographyHarness.profile({})
  if (answer.kind !== 'answered' || !exchange.url.pathname.endsWith('/users') || list.kind !== 'capped')
    return answer
  const { meta, data } = JSON.parse(answer.body) as {
    readonly meta: object
    readonly data: readonly object[]
  }
  const others = Array.from({ length: list.cap - data.length }, (_, n) => {
    const email = `other-${n}@elsewhere.test`
    return { ...data[0], id: `other-${n}`, email, username: email }
  })
  return {
    ...answer,
    body: JSON.stringify({ meta: { ...meta, count: list.cap }, data: [...data, ...others] }),
  }
}

test('Netography returns exactly as many as it ever does: nobody is removed, forgotten or invited by that list', async () => {
  const people = await unsettled(netographyHarness)
  const wrong = worker({ transport: asManyAsEver })
  // Whoever left loses their access all the same: the account is one of ours, and it is there.
  expect(await wrong.reconcile()).toMatchObject({ applied: 1 })
  const before = await picture(people)
  expect(before.truths.map((one) => one?.status)).toEqual(['disabled', 'enabled', undefined])
  village.days(31)
  for (let n = 0; n < 3; n++) {
    await wrong.reconcile()
    village.stage.advance(900)
  }
  expect(await picture(people)).toEqual({ ...before, holds: [{ kind: 'incompleteSnapshot' }] })
  const { plan, verdict } = await previewPlan(wrong.deps, village.stage.community.id)
  expect(plan.changes.map(({ kind }) => kind)).toEqual(['remove'])
  expect(verdict).toMatchObject({ allowed: [], held: [{}] })
  await recovers()
  expect(village.stage.truth('ada@acme.example')).toBeUndefined()
})
