import { demoObjectId } from '../simulators/immybot/demo.ts'

/** The cast: who works here, and the groups Entra pushes. Nobody here exists. */
export type Person = {
  readonly given: string
  readonly family: string
  readonly groups: readonly GroupName[]
  /** Entra's object id, where another platform knows the person by it; absent: one is made up. */
  readonly objectId?: string
}
export const groupNames = ['SOC-Analysts', 'SOC-Tier1', 'EDR-Paris', 'Paris-Field', 'All-Staff'] as const
export type GroupName = (typeof groupNames)[number]

/** What the example configuration makes of a group at Sekoia.io; `All-Staff` is in no rule. */
export const roleOf: Readonly<Record<GroupName, string | undefined>> = {
  'SOC-Analysts': 'Analyst',
  'SOC-Tier1': 'SOC tier 1',
  'EDR-Paris': 'EDR Paris',
  'Paris-Field': 'Paris field',
  'All-Staff': undefined,
}

const inGroups = (names: string, ...groups: readonly GroupName[]): readonly Person[] =>
  names.split(', ').map((name) => {
    const [given = '', family = ''] = name.split(' ')
    return { given, family, groups: [...groups, 'All-Staff'] }
  })

export const staff: readonly Person[] = [
  ...inGroups(
    'Ada Byron, Alan Mathison, Barbara Liskov, Claude Elwood, Donald Ervin, Edith Clarke, Frances Allen, Grace Brewster',
    'SOC-Analysts',
  ),
  ...inGroups(
    'Hedy Kiesler, Ida Rhodes, Jean Bartik, Karen Sparck, Leslie Barry, Margaret Heafield, Niklaus Emil',
    'SOC-Tier1',
  ),
  ...inGroups('Olga Taussky, Peter Naur, Radia Perlman, Sophie Wilson', 'EDR-Paris'),
  ...inGroups('Tim Reception'),
]
/** On all three platforms by one group. */
export const fieldWorker: Person = {
  given: 'Pascal',
  family: 'Blaise',
  groups: ['Paris-Field', 'All-Staff'],
  // As ImmyBot has it from its own take-over of the directory.
  objectId: demoObjectId(30),
}
export const newcomer: Person = { given: 'Zoe', family: 'Late', groups: ['SOC-Tier1', 'All-Staff'] }

export const emailOf = ({ given }: Person): string => `${given.toLowerCase()}@demo.test`

export const personNamed = (given: string): Person => {
  const found = staff.find((person) => person.given === given)
  if (!found) throw new Error(`nobody called ${given} works here`)
  return found
}
