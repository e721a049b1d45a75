import type { Command } from './commands.ts'
import { places } from './scene.ts'
import { type OutageKind, outageKinds } from './wire.ts'

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
  {
    name: 'accounts that others made, for whom nobody gave consent',
    commands: [
      { kind: 'hand', place: 'soc', edit: 'addNamesake', who: 5 },
      { kind: 'hand', place: 'immy', edit: 'addNamesake', who: 5 },
      { kind: 'hand', place: 'net', edit: 'addBoss', who: 6 },
      { kind: 'hand', place: 'net', edit: 'demoteOwner', who: 0 },
      { kind: 'join', who: 5, groups: [0, 1], stream: 'now' },
      { kind: 'join', who: 6, groups: [3], stream: 'now' },
      { kind: 'leave', who: 9, how: 'delete', stream: 'now' },
      { kind: 'backAsAnother', who: 9, stream: 'now' },
      { kind: 'enter', who: 9, group: 6, stream: 'now' },
      { kind: 'rest', everybody: true },
    ],
  },
  {
    name: 'workers asleep for so long that the other one takes the community over',
    commands: [10, 22, 34, 46, 58].flatMap((at): readonly Command[] => [
      { kind: 'rename', who: 2, what: 'givenName', stream: 'now' },
      { kind: at % 4 === 2 ? 'quit' : 'enter', who: 1, group: 1, stream: 'now' },
      { kind: 'reconcile' },
      { kind: 'work', worker: 0, place: 'soc', seconds: 600, trouble: { kind: 'stall', at, seconds: 90 } },
    ]),
  },
  {
    name: 'a hand that always undoes',
    commands: [
      { kind: 'undo', place: 'soc', who: 2 },
      { kind: 'undo', place: 'net', who: 3 },
      { kind: 'undo', place: 'immy', who: 4 },
      { kind: 'leave', who: 3, how: 'deactivate', stream: 'now' },
      { kind: 'rest', everybody: true },
    ],
  },
  {
    name: 'an administrator who has to stay leaves, others wait with it, and a week goes by',
    commands: [
      { kind: 'required', on: true },
      { kind: 'whileHeld', how: 'departuresOnly' },
      { kind: 'leave', who: 0, how: 'deactivate', stream: 'now' },
      { kind: 'join', who: 5, groups: [0], stream: 'never' },
      { kind: 'leave', who: 3, how: 'delete', stream: 'now' },
      { kind: 'rest', everybody: true },
      { kind: 'decide', place: 'soc', how: 'approve' },
      { kind: 'decide', place: 'net', how: 'reject' },
      { kind: 'pass', minutes: 20_000 },
      { kind: 'reconcile' },
      { kind: 'rest', everybody: true },
    ],
  },
  {
    name: 'communities where we only look, give only, or trust no record',
    commands: [
      { kind: 'mode', place: 'soc', mode: 'report' },
      { kind: 'mode', place: 'net', mode: 'upsertOnly' },
      { kind: 'quarantine', place: 'immy' },
      { kind: 'nest', group: 2, inner: 1, inside: true, stream: 'now' },
      { kind: 'leave', who: 1, how: 'deactivate', stream: 'now' },
      { kind: 'quit', who: 2, group: 4, stream: 'now' },
      { kind: 'join', who: 5, groups: [3], stream: 'now' },
      { kind: 'rest', everybody: true },
      { kind: 'nest', group: 2, inner: 1, inside: false, stream: 'now' },
      { kind: 'release', place: 'immy' },
      { kind: 'mode', place: 'soc', mode: 'enforce' },
      { kind: 'mode', place: 'net', mode: 'enforce' },
      { kind: 'rest', everybody: true },
    ],
  },
  {
    name: 'logins that gave and took, grew old, and were tried by who had left',
    commands: [
      {
        kind: 'login',
        who: 1,
        shows: 'present',
        groups: [1, 3],
        byAddress: true,
        waits: true,
        stream: 'now',
      },
      {
        kind: 'login',
        who: 2,
        shows: 'present',
        groups: [0],
        byAddress: false,
        waits: false,
        stream: 'late',
      },
      {
        kind: 'login',
        who: 3,
        shows: 'present',
        groups: [2],
        byAddress: false,
        waits: true,
        stream: 'never',
      },
      ...everywhere,
      { kind: 'pass', minutes: 240 },
      { kind: 'login', who: 1, shows: 'overflow', groups: [], byAddress: false, waits: false, stream: 'now' },
      { kind: 'login', who: 2, shows: 'absent', groups: [], byAddress: false, waits: false, stream: 'now' },
      { kind: 'leave', who: 3, how: 'deactivate', stream: 'now' },
      { kind: 'login', who: 3, shows: 'present', groups: [2], byAddress: false, waits: false, stream: 'now' },
      { kind: 'rest', everybody: false },
      { kind: 'leave', who: 2, how: 'delete', stream: 'now' },
      { kind: 'login', who: 2, shows: 'present', groups: [0], byAddress: true, waits: true, stream: 'now' },
      { kind: 'join', who: 2, groups: [4], stream: 'now' },
      { kind: 'login', who: 1, shows: 'present', groups: [3], byAddress: false, waits: false, stream: 'now' },
      { kind: 'rest', everybody: false },
      { kind: 'pass', minutes: 4500 },
      { kind: 'rest', everybody: true },
    ],
  },
  {
    name: 'everything that can be out of order was',
    commands: [
      ...(['conflict', 'throttled', 'throughputExceeded', 'internal', 'unknownEnd'] as const).flatMap(
        (fault): readonly Command[] => [
          { kind: 'storeTrouble', fault, percent: 10 },
          { kind: 'rename', who: 2, what: 'email', stream: 'now' },
          { kind: 'work', worker: 0, place: 'soc', seconds: 600, trouble: null },
        ],
      ),
      { kind: 'calm' },
      { kind: 'join', who: 5, groups: [0, 1], stream: 'late' },
      { kind: 'enter', who: 4, group: 0, stream: 'twice' },
      { kind: 'loseWakeUps' },
      { kind: 'enter', who: 3, group: 0, stream: 'never' },
      { kind: 'pass', minutes: 15 },
      { kind: 'sweep', worker: 0, crashAt: 9 },
      { kind: 'sweep', worker: 1, crashAt: null },
      ...outageKinds.flatMap((how): readonly Command[] => [
        ...outOfOrder(how),
        { kind: 'reconcile' },
        ...everywhere,
      ]),
      { kind: 'calm' },
      { kind: 'reconcile' },
      { kind: 'work', worker: 0, place: 'soc', seconds: 600, trouble: { kind: 'crash', at: 20 } },
    ],
  },
]
