import fc from 'fast-check'
import type { FaultRule } from '../../infra/local/dynamodb/faults.ts'
import type { Mode, PlatformName, Safety } from '../../lib/core/configuration.ts'
import type { HandEdit } from './hands.ts'
import { handEdits } from './hands.ts'
import { slots } from './people.ts'
import { groups, type Place, places } from './scene.ts'
import { type OutageKind, outageKinds } from './wire.ts'

/** What may happen in a town, as plain data: a list of these is a whole history, and can be written down. */

/** How the stream takes what a write left: at once, some time later, twice and the wrong way round, or never. */
export type Delivery = 'now' | 'late' | 'twice' | 'never'
type Heard = { readonly stream: Delivery }
/** At the n-th call of the run: the process dies, or sleeps for so long while the other one works. */
export type Trouble =
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'stall'; readonly at: number; readonly seconds: number }

export type Command =
  | ({ readonly kind: 'join'; readonly who: number; readonly groups: readonly number[] } & Heard)
  | ({ readonly kind: 'leave'; readonly who: number; readonly how: 'deactivate' | 'delete' } & Heard)
  | ({ readonly kind: 'back' | 'backAsAnother'; readonly who: number } & Heard)
  | ({ readonly kind: 'enter' | 'quit'; readonly who: number; readonly group: number } & Heard)
  | ({
      readonly kind: 'rename'
      readonly who: number
      readonly what: 'userName' | 'email' | 'givenName'
    } & Heard)
  | ({
      readonly kind: 'login'
      readonly who: number
      readonly shows: 'present' | 'absent' | 'overflow'
      readonly groups: readonly number[]
      readonly byAddress: boolean
      readonly waits: boolean
    } & Heard)
  | ({ readonly kind: 'renameGroup'; readonly group: number; readonly other: boolean } & Heard)
  | ({
      readonly kind: 'nest'
      readonly group: number
      readonly inner: number
      readonly inside: boolean
    } & Heard)
  | ({ readonly kind: 'dropGroup'; readonly group: number } & Heard)
  | ({ readonly kind: 'makeGroup'; readonly group: number; readonly members: readonly number[] } & Heard)
  | { readonly kind: 'hand'; readonly place: Place; readonly edit: HandEdit; readonly who: number }
  | {
      readonly kind: 'outage'
      readonly platform: PlatformName
      readonly how: OutageKind
      readonly minutes: number
    }
  | {
      readonly kind: 'storeTrouble'
      readonly fault: FaultRule['fault'] | 'unknownEnd'
      readonly percent: number
    }
  | { readonly kind: 'calm' }
  | {
      readonly kind: 'work'
      readonly worker: number
      readonly place: Place
      readonly seconds: number
      readonly trouble: Trouble | null
    }
  | { readonly kind: 'together'; readonly first: Place; readonly second: Place }
  | { readonly kind: 'sweep'; readonly worker: number; readonly crashAt: number | null }
  | { readonly kind: 'loseWakeUps' }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'misspell'; readonly rule: number; readonly wrong: boolean }
  | { readonly kind: 'contents'; readonly contents: number }
  | { readonly kind: 'mode'; readonly place: Place; readonly mode: Mode }
  | { readonly kind: 'whileHeld'; readonly how: Safety['whileHeld'] }
  | { readonly kind: 'required'; readonly on: boolean }
  | { readonly kind: 'quarantine' | 'release'; readonly place: Place }
  /** A hand takes somebody's role whenever we give it back. */
  | { readonly kind: 'undo'; readonly place: Place; readonly who: number }
  | { readonly kind: 'decide'; readonly place: Place; readonly how: 'approve' | 'reject' }
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'rest'; readonly everybody: boolean }

const who = fc.nat({ max: slots - 1 })
const group = fc.nat({ max: groups.length - 1 })
const place = fc.constantFrom(...places)
const stream = fc.constantFrom<Delivery>('now', 'now', 'late', 'twice', 'never')
const kind = <K extends Command['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name)
const crash = fc.record({ kind: fc.constant('crash' as const), at: fc.integer({ min: 1, max: 120 }) })
const stall = fc.record({
  kind: fc.constant('stall' as const),
  at: fc.integer({ min: 1, max: 120 }),
  seconds: fc.constantFrom(1, 20, 40, 90),
})

export const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('join'),
      who,
      groups: fc.uniqueArray(group, { minLength: 1, maxLength: 3 }),
      stream,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('leave'),
      who,
      how: fc.constantFrom('deactivate' as const, 'delete' as const),
      stream,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('back' as const, 'back' as const, 'backAsAnother' as const),
      who,
      stream,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('enter' as const, 'quit' as const), who, group, stream }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('rename'),
      who,
      what: fc.constantFrom('userName' as const, 'email' as const, 'givenName' as const),
      stream,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('login'),
      who,
      shows: fc.constantFrom('present' as const, 'present' as const, 'absent' as const, 'overflow' as const),
      groups: fc.uniqueArray(group, { maxLength: 3 }),
      byAddress: fc.boolean(),
      waits: fc.boolean(),
      stream,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('renameGroup'), group, other: fc.boolean(), stream }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('dropGroup'), group, stream }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kind('nest'), group, inner: group, inside: fc.boolean(), stream }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('mode'),
      place,
      mode: fc.constantFrom<Mode>('enforce', 'enforce', 'upsertOnly', 'report'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('whileHeld'),
      how: fc.constantFrom<Safety['whileHeld']>('goOn', 'departuresOnly', 'wait'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('required'), on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('quarantine' as const, 'release' as const), place }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('undo'), place, who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('makeGroup'),
      group,
      members: fc.uniqueArray(who, { maxLength: 5 }),
      stream,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('hand'), place, edit: fc.constantFrom(...handEdits), who }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('outage'),
      platform: fc.constantFrom<PlatformName>('sekoia', 'netography', 'immybot'),
      how: fc.constantFrom(...outageKinds),
      minutes: fc.constantFrom(1, 5, 60),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('storeTrouble'),
      fault: fc.constantFrom(
        'conflict' as const,
        'throttled' as const,
        'throughputExceeded' as const,
        'internal' as const,
        'unknownEnd' as const,
      ),
      percent: fc.constantFrom(2, 10, 30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('calm') }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind('work'),
      worker: fc.nat({ max: 1 }),
      place,
      seconds: fc.constantFrom(5, 60, 600, 600),
      trouble: fc.option(fc.oneof(crash, stall), { nil: null, freq: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('together'), first: place, second: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('sweep'),
      worker: fc.nat({ max: 1 }),
      crashAt: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null, freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('loseWakeUps') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('reconcile') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('misspell'), rule: group, wrong: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('contents'), contents: fc.nat({ max: 2 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('decide'),
      place,
      how: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kind('pass'), minutes: fc.constantFrom(1, 15, 240, 1500, 4500, 20_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('rest'), everybody: fc.boolean() }) },
)
