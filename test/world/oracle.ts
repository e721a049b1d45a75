import type { Person } from './people.ts'
import type { Draft, Place } from './scene.ts'
import { rules } from './scene.ts'

/** Who should have what, from what the identity provider said: written without a look at how the planner comes to it. */

/** Where a person holds one role of several, the first of these. A custom role switches Sekoia's built-in ones off. */
const onlyOne: Readonly<Record<Place, readonly string[] | undefined>> = {
  soc: ['tier1', 'admin', 'analyst', 'guest', 'edr'],
  net: ['admin', 'operator', 'reader', 'team'],
  immy: undefined,
}

export const departed = (person: Person): boolean => person.deleted || !person.draft.active

/** `at`: as if it were then; what logins showed grows old. */
export type Wanted = (person: Person, place: Place, at?: number) => readonly string[]

export const createOracle =
  (
    draft: () => Draft,
    groupNamesOf: (person: Person, at: number) => ReadonlySet<string>,
    now: () => number,
  ): Wanted =>
  (person, place, at = now()) => {
    if (departed(person)) return []
    const held = groupNamesOf(person, at)
    const all = rules.flatMap(({ group, grant }, index) =>
      held.has(group) && !draft().misspelt.includes(index)
        ? grant.filter(([where]) => where === place).map(([, role]) => role)
        : [],
    )
    const order = onlyOne[place]
    if (order === undefined) return [...new Set(all)].toSorted()
    const best = order.find((role) => all.includes(role))
    return best === undefined ? [] : [best]
  }
