import { createHash } from 'node:crypto'
import { type ConnectionId, connectionId, type Instant, instant } from '../../../lib/core/ids.ts'
import type { MemberDraft } from '../../../lib/core/ports/directory.ts'

/** What both sides hold before they are timed, the same to the letter. */
export type World = {
  /** In the large directory, and in the small one. */
  readonly users: number
  readonly few: number
  /** Beyond the users: who joins and leaves groups. */
  readonly extra: number
  readonly groups: readonly number[]
  /** A page deep in the list. */
  readonly row: number
}
export const fullWorld: World = {
  users: 100_000,
  few: 100,
  extra: 1_000,
  groups: [10, 1_000, 10_000, 100_000],
  row: 50_000,
}
export const quickWorld: World = {
  users: 2_000,
  few: 100,
  extra: 1_000,
  groups: [10, 100, 1_000],
  row: 1_000,
}

export const many: ConnectionId = connectionId('many')
export const few: ConnectionId = connectionId('few')
export const seededAt: Instant = instant(Date.UTC(2026, 2, 1, 8))
export const today = (): string => new Date().toISOString().slice(0, 10)
export const token = 'a-token-that-both-sides-were-given-for-the-benchmark'
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** Spread like random ids, and the same in every process. */
export const idOf = (kind: 'user' | 'group', n: number): string => {
  const hex = createHash('sha1').update(`${kind} ${n}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
export const userNameOf = (n: number): string => `user.${String(n).padStart(6, '0')}@bench.example`
export const groupNameOf = (size: number): string => `Group of ${size}`

/** As an identity provider's default mapping fills it. */
export const person = (n: number): MemberDraft => {
  const [givenName, familyName] = [`Given${n % 977}`, `Family${n}`]
  return {
    userName: userNameOf(n),
    externalId: `00u${idOf('user', n).slice(-12)}`,
    active: true,
    attributes: {
      displayName: `${givenName} ${familyName}`,
      name: { givenName, familyName, formatted: `${givenName} ${familyName}` },
      title: 'Analyst',
      preferredLanguage: 'en-GB',
      emails: [{ value: userNameOf(n), type: 'work', primary: true }],
      phoneNumbers: [{ value: `+33 1 00 ${String(n % 10_000).padStart(4, '0')}`, type: 'work' }],
      [enterprise]: { employeeNumber: String(n), department: `Department ${n % 50}`, organization: 'Bench' },
    },
  }
}

/** The body of a POST. */
export const resourceOf = (n: number): object => {
  const { attributes, ...own } = person(n)
  return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise], ...own, ...attributes }
}

export type GroupOf = {
  readonly connection: ConnectionId
  readonly id: string
  readonly name: string
  readonly size: number
}

/** Everybody of the small directory is in one group, and of the large one at least in one: who is looked up is in exactly one. */
export const groupsOf = (world: World): readonly GroupOf[] => [
  { connection: few, id: idOf('group', world.groups.length), name: groupNameOf(world.few), size: world.few },
  ...world.groups.map((size, n) => ({
    connection: many,
    id: idOf('group', n),
    name: groupNameOf(size),
    size,
  })),
]
export const membersOf = (size: number): readonly string[] =>
  Array.from({ length: size }, (_, n) => idOf('user', n))
