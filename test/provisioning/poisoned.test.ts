import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import type { Outgoing, Transport } from '../../lib/platforms/transport.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { soc } from './bench.ts'
import { openPressed, type Pressed } from './pressed.ts'

let pressed: Pressed
afterEach(() => pressed.bench.close())

const fault = {
  kind: 'answered',
  status: 500,
  contentType: 'application/json',
  retryAfter: undefined,
  body: '{}',
} as const

/** So many settled members, and a platform that answers some requests about the first of them by a fault, for ever. */
const withPoison = async (count: number, isPoisoned: (outgoing: Outgoing) => boolean) => {
  let poison: string | undefined
  const about = ({ url, body }: Outgoing): boolean =>
    poison !== undefined && (url.href.includes(poison) || body?.includes(poison) === true)
  const transport =
    (send: Transport): Transport =>
    async (outgoing) =>
      about(outgoing) && isPoisoned(outgoing) ? fault : send(outgoing)
  pressed = await openPressed({ community: { requestsPerSecond: 20 } }, transport)
  const { bench } = pressed
  const members: Member[] = []
  for (let n = 0; n < count; n += 1) members.push(await bench.provider.person(`one${n}`))
  await bench.provider.group('SOC-Analysts', members)
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  const { users, avatars } = bench.sekoia.world()
  const user = users.find(({ email }) => email === members[0]?.userName)
  poison = avatars.find((avatar) => avatar.user === user?.uuid)?.uuid
  return members
}
/** What the sweep starts: a run a minute. */
const minutes = async (count: number): Promise<void> => {
  const provisioner = createProvisioner(pressed.bench.deps)
  for (let minute = 0; minute < count; minute += 1) {
    const end = pressed.bench.later(60)
    await provisioner.run(soc, pressed.bench.later(45))
    if (pressed.bench.clock.now() < end)
      pressed.bench.clock.advance((Date.parse(end) - Date.parse(pressed.bench.clock.now())) / 1000)
  }
}

test.each([
  ['each request that names it', () => true],
  ['each request that reads it alone', ({ method, url }) => method === 'GET' && !url.search.includes('%2C')],
  ['each request that writes to it', ({ method }) => method !== 'GET'],
] as const satisfies readonly (readonly [string, (outgoing: Outgoing) => boolean])[])(
  'an account of which the platform answers %s by a fault keeps nobody else waiting',
  async (_, isPoisoned) => {
    const members = await withPoison(12, isPoisoned)
    for (const member of members) await pressed.leaves(member)
    await minutes(6)
    const seen = Object.entries(pressed.bench.seen()).filter(([name]) => name.startsWith('one'))
    expect(seen.filter(([, { status }]) => status !== 'disabled').map(([name]) => name)).toEqual(['one0'])
  },
)

test.each([
  ['comes to its end', 0],
  ['gives way to somebody who leaves', 1],
])(
  'who cannot be suspended in a look at everybody that %s is tried again like who leaves',
  async (_, count) => {
    const [poison, other] = await withPoison(12, ({ method }) => method !== 'GET')
    if (poison === undefined || other === undefined) throw new Error('nobody is there')
    const { bench } = pressed
    const joining: Member[] = []
    for (let n = 0; n < 30; n += 1) joining.push(await bench.provider.person(`joiner${n}`))
    await bench.provider.group('SOC-Tier1', joining)
    await bench.provider.setActive(poison, false)
    // The dispatch was lost: only the look at everybody knows of them.
    await bench.deps.work.finishDue(await bench.deps.work.dueBefore(bench.later(60), 1000))
    await createReconciliation(bench.deps).request()
    if (count > 0) pressed.plan(3, () => pressed.leaves(other))
    await createProvisioner(bench.deps).run(soc, bench.later(120))
    expect(pressed.waits()).toHaveLength(count)
    const left = await bench.deps.work.take(soc, bench.later(3600), 100)
    expect(left).toMatchObject([{ priority: 'departure', subject: { member: poison.id }, attempts: 1 }])
  },
)
