import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import type { Outgoing, Transport } from '../../lib/platforms/transport.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
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
