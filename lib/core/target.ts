import type { Assignments, Target } from './assignment.ts'
import { attributeValues } from './attributes.ts'
import type { ConnectionId, Instant, MemberId } from './ids.ts'
import { fold } from './ids.ts'
import type { AttributeValue, Member } from './member.ts'
import type { Ownership } from './ownership.ts'
import type { Problem } from './plan.ts'
import { departed } from './standing.ts'

export type TargetInput = {
  readonly connection: ConnectionId
  readonly id: MemberId
  /** As read from the directory, tombstones included; undefined when it knows them no longer. */
  readonly member: Member | undefined
  /** The member's assignments in this community; undefined when none. */
  readonly assignments: Assignments | undefined
  readonly ownership: Ownership | undefined
}

export type Targeting =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'problem'; readonly problem: Extract<Problem, { readonly kind: 'noEmail' }> }

type Bag = { readonly [name: string]: AttributeValue }

const entriesOf = (member: Member): readonly Bag[] => {
  const key = Object.keys(member.attributes).find((name) => name.toLowerCase() === 'emails')
  const emails = key === undefined ? undefined : member.attributes[key]
  if (!Array.isArray(emails)) return []
  return emails.filter(
    (entry: AttributeValue): entry is Bag =>
      typeof entry === 'object' && entry !== null && !Array.isArray(entry),
  )
}

const addressOf = (entry: Bag | undefined): string | undefined =>
  typeof entry?.value === 'string' && looksLikeAddress(entry.value) ? entry.value : undefined

const looksLikeAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim())

/** The address platforms know the person by, folded: the primary one, else the first for work, else the first, else a userName that is one. */
export const emailOf = (member: Member): string | undefined => {
  const usable = entriesOf(member).filter((entry) => addressOf(entry) !== undefined)
  const isWork = (entry: Bag) => typeof entry.type === 'string' && fold(entry.type) === 'work'
  const chosen = usable.find((entry) => entry.primary === true) ?? usable.find(isWork) ?? usable[0]
  const address = addressOf(chosen) ?? (looksLikeAddress(member.userName) ? member.userName : undefined)
  return address === undefined ? undefined : fold(address)
}

const earliest = (...instants: readonly (Instant | undefined)[]): Instant | undefined =>
  instants.filter((at) => at !== undefined).toSorted()[0]

const first = (member: Member | undefined, path: string): string =>
  member === undefined ? '' : (attributeValues(member, path)[0] ?? '')

/** Where the identity provider sends the id of its own directory beside another `externalId`, that one is meant (Entra's object id). */
const identityOf = (member: Member | undefined): string | undefined =>
  [first(member, 'objectId'), member?.externalId ?? ''].map((id) => id.trim()).find((id) => id !== '')

/** The planner's left-hand side for one member in one community. Departed: inactive, deleted, or gone while we still own something for them. */
export const targetFor = (input: TargetInput): Targeting => {
  const { connection, id, member, ownership } = input
  const gone = departed(member)
  const granted = gone ? [] : (input.assignments?.granted ?? [])
  const email = (member === undefined ? undefined : emailOf(member)) ?? ownership?.email
  if (email === undefined && granted.length > 0)
    return { kind: 'problem', problem: { kind: 'noEmail', connection, member: id } }
  const externalId = identityOf(member)
  const departedAt = gone ? earliest(member?.inactiveSince, member?.deletedAt) : undefined
  return {
    kind: 'target',
    target: {
      connection,
      member: id,
      email: email ?? '',
      givenName: first(member, 'name.givenName'),
      familyName: first(member, 'name.familyName'),
      ...(externalId === undefined ? {} : { externalId }),
      standing: gone ? 'departed' : 'active',
      ...(departedAt === undefined ? {} : { departedAt }),
      granted,
      suppressed: gone ? [] : (input.assignments?.suppressed ?? []),
    },
  }
}
