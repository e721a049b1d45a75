import { milliseconds } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Pace } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { createTransport, type Transport } from '../../lib/platforms/transport.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import type { TestClock } from '../platforms/clock.ts'
import { type Bench, type BenchOptions, openBench } from './bench.ts'

/** A community whose platform is called at its pace on the simulated clock, and what happens while it is. */

type Meanwhile = () => Promise<void>
export type Pressed = Awaited<ReturnType<typeof openPressed>>

/** Each call has its moment, so many of a second apart; right before it the world goes on. */
const pacing = (clock: Pick<TestClock, 'now' | 'sleep'>, meanwhile: Meanwhile): Pace => {
  let next = 0
  return {
    permit: async (_, perSecond) => {
      const now = milliseconds(clock.now())
      next = Math.max(next + 1000 / perSecond, now)
      if (next > now) await clock.sleep((next - now) / 1000)
      await meanwhile()
    },
    pause: async () => {},
  }
}

export const openPressed = async (
  options: BenchOptions = {},
  transport: (given: Transport) => Transport = (given) => given,
) => {
  let happening: readonly { readonly at: number; readonly what: Meanwhile }[] = []
  const watching: (() => void)[] = []
  let busy = false
  const platformsFor = (given: Provisioning) => {
    const { clock } = given
    const meanwhile = async (): Promise<void> => {
      for (const watch of watching) watch()
      if (busy) return
      busy = true
      const now = milliseconds(clock.now())
      const due = happening.filter(({ at }) => at <= now)
      happening = happening.filter(({ at }) => at > now)
      for (const { what } of due) await what()
      busy = false
    }
    return createPlatforms({
      secrets: async () => 'demo-sekoia-key',
      pace: pacing(clock, meanwhile),
      clock,
      allowLoopback: true,
      timeout: 5,
      random: () => 0.5,
      transport: transport(createTransport(true)),
    })
  }
  const limits = { departures: { fraction: 1, floor: 100_000 }, revocations: { fraction: 1, floor: 100_000 } }
  const bench: Bench = await openBench({
    wrap: (given) => {
      const deps = { ...given, platforms: platformsFor(given) }
      return options.wrap?.(deps) ?? deps
    },
    community: {
      requestsPerSecond: 5,
      safety: {
        ...limits,
        window: 86_400,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: [],
      },
      ...options.community,
    },
  })
  const seconds = (): number => milliseconds(bench.clock.now()) / 1000

  /** What the table's stream does a moment after a wish was acknowledged. */
  const dispatch = async (): Promise<void> => {
    const due = await bench.deps.work.dueBefore(bench.later(3600), 10_000)
    await createDispatcher(bench.deps).dispatch(due)
  }
  const waits: number[] = []
  const open = new Map<string, number>()
  watching.push(() => {
    if (open.size === 0) return
    const { avatars, users } = bench.sekoia.world()
    for (const [email, since] of open) {
      const user = users.find((one) => one.email === email)
      const avatar = avatars.find((one) => one.user === user?.uuid)
      if (avatar?.status === 'enabled') continue
      open.delete(email)
      waits.push(seconds() - since)
    }
  })
  return {
    bench,
    platformsFor,
    dispatch,
    seconds,
    /** In so many seconds from now. */
    plan: (inSeconds: number, what: Meanwhile): void => {
      happening = [...happening, { at: (seconds() + inSeconds) * 1000, what }]
    },
    leaves: async (member: Member): Promise<void> => {
      await bench.provider.setActive(member, false)
      open.set(member.userName, seconds())
      await dispatch()
    },
    /** Seconds from each acknowledged departure to the end of the access, and how many are open. */
    waits: () => waits,
    open: () => open.size,
    mails: (email: string): number => bench.sekoia.world().mails.filter(({ to }) => to === email).length,
  }
}
