import type { Configuration } from './configuration.ts'
import { type ConnectionId, type Instant, later, type MemberId } from './ids.ts'
import type { Member } from './member.ts'

/** YYYY-MM-DD: sorts before every instant of the day, and behind those of the day before. */
export const dayOf = (at: Instant): string => at.slice(0, 10)

type Spoken = Pick<Member, 'lastModified' | 'mentionedAt'>

/** When the identity provider last spoke of somebody, to the day: a change is a word, too. */
export const lastMention = ({ lastModified, mentionedAt }: Spoken): Instant =>
  mentionedAt !== undefined && mentionedAt > lastModified ? mentionedAt : lastModified

/** Nothing of today is put down yet. */
export const isNewsToday = (member: Spoken, at: Instant): boolean => lastMention(member) < dayOf(at)

/** An active member of whom nothing was said for longer than the configuration finds usual. Reported; nothing else follows from it. */
export const unmentioned = (member: Member, after: number | undefined, now: Instant): boolean =>
  after !== undefined &&
  member.active &&
  member.deletedAt === undefined &&
  later(lastMention(member), after) < now

export type Unmentioned = {
  readonly connection: ConnectionId
  readonly count: number
  /** A few, in the order in which they were met. */
  readonly examples: readonly MemberId[]
}
const examplesShown = 10

/** Counts members as they come by. */
export const countUnmentioned = (configuration: Configuration, connection: ConnectionId, now: Instant) => {
  const after = configuration.connections.find(({ id }) => id === connection)?.reportUnmentionedAfter
  const examples: MemberId[] = []
  let count = 0
  return {
    see: (member: Member): void => {
      if (!unmentioned(member, after, now)) return
      count += 1
      if (examples.length < examplesShown) examples.push(member.id)
    },
    found: (): Unmentioned => ({ connection, count, examples }),
  }
}
