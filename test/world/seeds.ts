import type { Command } from './commands.ts'

/** Histories in which something was once wrong, cut down to what it takes. They are played every time. */
export type Once = { readonly name: string; readonly commands: readonly Command[] }

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
]
