import type { Command } from './commands.ts'
import { places } from './scene.ts'
import type { OutageKind } from './wire.ts'

/** Histories in which something was once wrong, cut down to what it takes. They are played every time. */
export type Once = { readonly name: string; readonly commands: readonly Command[] }

const outOfOrder = (how: OutageKind): readonly Command[] =>
  (['sekoia', 'netography', 'immybot'] as const).map((platform) => ({
    kind: 'outage',
    platform,
    how,
    minutes: 60,
  }))
const everywhere: readonly Command[] = places.map((place) => ({
  kind: 'work',
  worker: 0,
  place,
  seconds: 600,
  trouble: null,
}))

export const once: readonly Once[] = [
  {
    name: 'a list was short without saying so, and an administrator was forgotten with their access',
    commands: [
      { kind: 'outage', platform: 'immybot', how: 'halfLists', minutes: 1 },
      { kind: 'renameGroup', group: 2, other: true, stream: 'now' },
      { kind: 'work', worker: 1, place: 'immy', seconds: 600, trouble: null },
    ],
  },
  {
    name: 'workers asleep for a moment while the other one looks after the same community',
    commands: [8, 14, 20, 26, 32].flatMap((at): readonly Command[] => [
      { kind: 'reconcile' },
      { kind: 'work', worker: 1, place: 'soc', seconds: 600, trouble: { kind: 'stall', at, seconds: 1 } },
    ]),
  },
  {
    name: 'a hand took the administrators away, and the last one of us left',
    commands: [
      { kind: 'hand', place: 'soc', edit: 'demoteOwner', who: 0 },
      { kind: 'leave', who: 0, how: 'deactivate', stream: 'now' },
      { kind: 'work', worker: 0, place: 'soc', seconds: 600, trouble: null },
    ],
  },
  {
    name: 'the platforms refused what was to be done, and nobody was looked at again',
    commands: [
      ...outOfOrder('readOnly'),
      { kind: 'enter', who: 1, group: 1, stream: 'now' },
      { kind: 'join', who: 5, groups: [0, 4], stream: 'now' },
      { kind: 'leave', who: 3, how: 'deactivate', stream: 'now' },
      ...everywhere,
      { kind: 'calm' },
      { kind: 'rest', everybody: false },
    ],
  },
]
