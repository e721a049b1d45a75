import type { Stamp } from '../../lib/core/audit.ts'
import type { GroupId, MemberId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { Directory, MemberDraft } from '../../lib/core/ports/directory.ts'
import { groupNames, idp } from './scene.ts'

/** The identity provider: what it said and had acknowledged, and its hand on the real directory. */

export type Person = {
  readonly id: MemberId
  readonly slot: number
  readonly draft: MemberDraft
  readonly email: string
  readonly deleted: boolean
  /** Directly, live groups only. */
  readonly groups: ReadonlySet<GroupId>
  /** Every address they ever had: an account made under an earlier one is still theirs. */
  readonly emails: readonly string[]
}
export type Team = { readonly id: GroupId; readonly name: string }

export const slots = 10
const hex = (n: number): string => n.toString(16).padStart(12, '0')
/** Entra's object id, which ImmyBot knows people by. */
export const objectIdOf = (slot: number): string => `55555555-5555-4555-8555-${hex(slot)}`
export const addressOf = (slot: number, variant = 0): string =>
  `p${slot}${variant === 0 ? '' : `.${variant}`}@demo.test`

export const createPeople = (directory: Directory, stamp: () => Stamp) => {
  const people = new Map<MemberId, Person>()
  /** Who sits in a slot, or did last. */
  const seated = new Map<number, MemberId>()
  const teams = new Map<number, Team>()
  let variants = 0

  const at = (slot: number): Person | undefined => {
    const id = seated.get(slot)
    return id === undefined ? undefined : people.get(id)
  }
  const put = (person: Person): void => void people.set(person.id, person)
  const before = async (person: Person): Promise<Member> => {
    const member = await directory.memberOrTombstone(idp, person.id)
    if (member === undefined) throw new Error('the directory forgot somebody whom it had acknowledged')
    return member
  }
  const group = async (team: Team): Promise<Group> => {
    const found = await directory.group(idp, team.id)
    if (found === undefined) throw new Error('the directory forgot a group that it had acknowledged')
    return found
  }
  const draftFor = (slot: number, email: string): MemberDraft => ({
    userName: email,
    externalId: objectIdOf(slot),
    active: true,
    attributes: {
      emails: [{ value: email, type: 'work', primary: true }],
      name: { givenName: `P${slot}`, familyName: 'Demo' },
    },
  })
  const write = async (person: Person, draft: MemberDraft): Promise<boolean> => {
    const result = await directory.updateMember(stamp(), await before(person), draft)
    return result.kind === 'written'
  }
  const move = async (person: Person, team: Team, inside: boolean): Promise<void> => {
    const change = inside ? { add: [person.id], remove: [] } : { add: [], remove: [person.id] }
    const result = await directory.changeGroup(stamp(), await group(team), {
      members: { kind: 'delta', ...change },
    })
    if (result.kind !== 'written') return
    const groups = new Set(person.groups)
    if (inside) groups.add(team.id)
    else groups.delete(team.id)
    put({ ...person, groups })
  }

  /** After a write of which nobody knows whether it happened: either is right, and what the directory says is what was said. */
  const recallPerson = async (person: Person): Promise<void> => {
    const member = await directory.memberOrTombstone(idp, person.id)
    if (member === undefined) return
    const { userName, externalId, active, attributes, deletedAt } = member
    const held = deletedAt === undefined ? await directory.groupsWith(idp, person.id) : []
    const [email] = (attributes.emails ?? []) as readonly { readonly value: string }[]
    put({
      ...person,
      draft: { userName, active, attributes, ...(externalId === undefined ? {} : { externalId }) },
      email: email?.value ?? person.email,
      emails: [...person.emails, email?.value ?? person.email],
      deleted: deletedAt !== undefined,
      groups: new Set(held.map(({ id }) => id)),
    })
  }
  const recall = async (): Promise<void> => {
    for (const [index, team] of teams) {
      const found = await directory.group(idp, team.id)
      if (found === undefined) teams.delete(index)
      else teams.set(index, { ...team, name: found.displayName })
    }
    for (const person of people.values()) await recallPerson(person)
  }

  return {
    recall,
    all: (): readonly Person[] => [...people.values()],
    at,
    of: (id: MemberId): Person | undefined => people.get(id),
    teams: (): ReadonlyMap<number, Team> => teams,
    join: async (slot: number): Promise<void> => {
      const known = at(slot)
      if (known !== undefined && !known.deleted) return
      if (known !== undefined) {
        // As the endpoint does: a name that a deleted User holds brings them back under their id.
        if (await write(known, { ...known.draft, active: true }))
          put({ ...known, draft: { ...known.draft, active: true }, deleted: false, groups: new Set() })
        return
      }
      const email = addressOf(slot)
      const draft = draftFor(slot, email)
      const result = await directory.createMember(stamp(), draft)
      if (result.kind !== 'written') return
      const { id } = result.member
      seated.set(slot, id)
      put({ id, slot, draft, email, deleted: false, groups: new Set(), emails: [email] })
    },
    setActive: async (slot: number, active: boolean): Promise<void> => {
      const person = at(slot)
      if (person === undefined || person.deleted) return
      const draft = { ...person.draft, active }
      if (await write(person, draft)) put({ ...person, draft })
    },
    remove: async (slot: number): Promise<void> => {
      const person = at(slot)
      if (person === undefined || person.deleted) return
      const result = await directory.deleteMember(stamp(), await before(person))
      if (result.kind === 'written') put({ ...person, deleted: true, groups: new Set() })
    },
    rename: async (slot: number, what: 'userName' | 'email' | 'givenName'): Promise<void> => {
      const person = at(slot)
      if (person === undefined || person.deleted) return
      variants += 1
      const { attributes } = person.draft
      const fresh = addressOf(slot, variants)
      const email = what === 'email' ? fresh : person.email
      const draft: MemberDraft = {
        ...person.draft,
        ...(what === 'userName' ? { userName: `other-${fresh}` } : {}),
        attributes: {
          ...attributes,
          ...(what === 'email' ? { emails: [{ value: email, type: 'work', primary: true }] } : {}),
          ...(what === 'givenName'
            ? { name: { givenName: `P${slot} ${variants}`, familyName: 'Demo' } }
            : {}),
        },
      }
      if (await write(person, draft)) put({ ...person, draft, email, emails: [...person.emails, email] })
    },
    /** The provider's own record was made anew: another name and id, the same address. */
    comeBackAs: async (slot: number): Promise<void> => {
      const known = at(slot)
      if (known === undefined || (!known.deleted && known.draft.active)) return
      variants += 1
      const draft = {
        ...draftFor(slot, known.email),
        userName: `again-${variants}-${known.email}`,
        externalId: `again-${variants}`,
      }
      const result = await directory.createMember(stamp(), draft)
      if (result.kind !== 'written') return
      const { id } = result.member
      seated.set(slot, id)
      put({ id, slot, draft, email: known.email, deleted: false, groups: new Set(), emails: [known.email] })
    },
    enter: async (slot: number, index: number): Promise<void> => {
      const [person, team] = [at(slot), teams.get(index)]
      if (person !== undefined && team !== undefined && !person.deleted) await move(person, team, true)
    },
    quit: async (slot: number, index: number): Promise<void> => {
      const [person, team] = [at(slot), teams.get(index)]
      if (person !== undefined && team !== undefined && !person.deleted) await move(person, team, false)
    },
    makeGroup: async (index: number, members: readonly number[]): Promise<void> => {
      if (teams.has(index)) return
      const name = groupNames[index] ?? ''
      const those = members.flatMap((slot) => {
        const person = at(slot)
        return person === undefined || person.deleted ? [] : [person]
      })
      const result = await directory.createGroup(
        stamp(),
        { displayName: name, attributes: {} },
        those.map(({ id }) => id),
      )
      if (result.kind !== 'written') return
      const { id } = result.group
      teams.set(index, { id, name })
      for (const one of new Set(those)) put({ ...one, groups: new Set([...one.groups, id]) })
    },
    dropGroup: async (index: number): Promise<void> => {
      const team = teams.get(index)
      if (team === undefined) return
      const result = await directory.deleteGroup(stamp(), await group(team))
      if (result.kind !== 'written') return
      teams.delete(index)
      for (const one of people.values())
        put({ ...one, groups: new Set([...one.groups].filter((id) => id !== team.id)) })
    },
    renameGroup: async (index: number, other: boolean): Promise<void> => {
      const team = teams.get(index)
      if (team === undefined) return
      const name = `${groupNames[index]}${other ? ' (former)' : ''}`
      const result = await directory.changeGroup(stamp(), await group(team), {
        draft: { displayName: name, attributes: {} },
      })
      if (result.kind === 'written') teams.set(index, { ...team, name })
    },
  }
}
export type People = ReturnType<typeof createPeople>
