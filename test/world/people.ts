import { type ConnectionId, type GroupId, groupId, type MemberId, memberId } from '../../lib/core/ids.ts'
import type { GroupStatement } from '../../lib/core/login.ts'
import type { DirectoryReads, MemberDraft } from '../../lib/core/ports/directory.ts'
import type { FrontDoor, Shown } from './logins.ts'
import { departed } from './oracle.ts'
import { groups, idp, ownerEmail, partner } from './scene.ts'
import type { Said, Scim } from './scim.ts'

/** The identity providers: what they said and had acknowledged, and how they say it. */

export type Person = {
  readonly id: MemberId
  readonly connection: ConnectionId
  readonly slot: number
  readonly draft: MemberDraft
  readonly email: string
  readonly deleted: boolean
  /** Directly, live groups only. */
  readonly groups: ReadonlySet<GroupId>
  /** At the last login of this life that said anything of groups. */
  readonly shown: Shown | undefined
  /** Every address they ever had: an account made under an earlier one is still theirs. */
  readonly emails: readonly string[]
}
export type Team = {
  readonly id: GroupId
  readonly connection: ConnectionId
  readonly name: string
  /** Groups this one stands in. */
  readonly within: ReadonlySet<GroupId>
}

export const slots = 11
/** The last two are the partner's: one honest person, and one who has the administrator's address. */
const guest = 9
export const impostor = 10
export const connectionOf = (slot: number): ConnectionId => (slot < guest ? idp : partner)

const hex = (n: number): string => n.toString(16).padStart(12, '0')
/** Entra's object id, which ImmyBot knows people by. */
export const objectIdOf = (slot: number): string => `55555555-5555-4555-8555-${hex(slot)}`
export const addressOf = (slot: number, variant = 0): string =>
  slot === impostor
    ? ownerEmail
    : `p${slot}${variant === 0 ? '' : `.${variant}`}@${slot < guest ? 'demo' : 'partner'}.test`

const patch = (...operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
})
const userOf = ({ userName, externalId, active, attributes }: MemberDraft): object => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  externalId,
  active,
  ...attributes,
})
const groupSchemas = ['urn:ietf:params:scim:schemas:core:2.0:Group']

const draftFor = (slot: number, email: string): MemberDraft => ({
  userName: email,
  externalId: objectIdOf(slot),
  active: true,
  attributes: {
    emails: [{ value: email, type: 'work', primary: true }],
    name: { givenName: `P${slot}`, familyName: 'Demo' },
  },
})

export const createPeople = (directory: DirectoryReads, scim: Scim, door: FrontDoor) => {
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
  const live = (slot: number): Person | undefined => {
    const person = at(slot)
    return person?.deleted === false ? person : undefined
  }
  const create = async (slot: number, draft: MemberDraft, email: string): Promise<void> => {
    const connection = connectionOf(slot)
    const said = await scim.send(connection, 'POST', '/Users', userOf(draft))
    if (said.kind === 'refused') return
    const id = memberId(said.id)
    // A name that a deleted User holds brings them back under their id.
    const emails = people.get(id)?.emails ?? [email]
    seated.set(slot, id)
    put({ id, connection, slot, draft, email, deleted: false, groups: new Set(), shown: undefined, emails })
  }
  const changeUser = ({ connection, id }: Person, ...operations: readonly object[]): Promise<Said> =>
    scim.send(connection, 'PATCH', `/Users/${id}`, patch(...operations))
  const changeGroup = ({ connection, id }: Team, ...operations: readonly object[]): Promise<Said> =>
    scim.send(connection, 'PATCH', `/Groups/${id}`, patch(...operations))

  const move = async (slot: number, index: number, inside: boolean): Promise<void> => {
    const [person, team] = [live(slot), teams.get(index)]
    if (person === undefined || team === undefined || person.connection !== team.connection) return
    const said = await changeGroup(
      team,
      inside
        ? { op: 'add', path: 'members', value: [{ value: person.id }] }
        : { op: 'remove', path: `members[value eq "${person.id}"]` },
    )
    if (said.kind === 'refused') return
    const held = new Set(person.groups)
    if (inside) held.add(team.id)
    else held.delete(team.id)
    put({ ...person, groups: held })
  }
  const teamOf = (id: GroupId): Team | undefined => [...teams.values()].find((team) => team.id === id)
  const above = (ids: ReadonlySet<GroupId>): ReadonlySet<GroupId> => {
    const found = new Set(ids)
    for (const id of found) for (const outer of teamOf(id)?.within ?? []) found.add(outer)
    return found
  }

  /** After a write of which nobody knows whether it happened: either is right, and what the directory says is what was said. */
  const recallPerson = async (person: Person): Promise<void> => {
    const member = await directory.memberOrTombstone(person.connection, person.id)
    if (member === undefined) return
    const { userName, externalId, active, attributes, deletedAt } = member
    const held = deletedAt === undefined ? await directory.groupsWith(person.connection, person.id) : []
    const [email] = (attributes.emails ?? []) as readonly { readonly value: string }[]
    put({
      ...person,
      draft: { userName, active, attributes, ...(externalId === undefined ? {} : { externalId }) },
      email: email?.value ?? person.email,
      emails: [...person.emails, email?.value ?? person.email],
      deleted: deletedAt !== undefined,
      shown: deletedAt === undefined ? await door.shownBy(member) : undefined,
      groups: new Set(held.map(({ id }) => id)),
    })
  }
  const recallTeam = async (index: number, team: Team): Promise<void> => {
    const found = await directory.group(team.connection, team.id)
    const outer = found === undefined ? [] : await directory.groupsWith(team.connection, team.id)
    if (found === undefined) teams.delete(index)
    else teams.set(index, { ...team, name: found.displayName, within: new Set(outer.map(({ id }) => id)) })
  }

  return {
    recall: async (): Promise<void> => {
      for (const [index, team] of teams) await recallTeam(index, team)
      for (const person of people.values()) await recallPerson(person)
    },
    all: (): readonly Person[] => [...people.values()],
    at,
    of: (id: MemberId): Person | undefined => people.get(id),
    /** The names of the groups somebody is in, directly or by way of others. */
    groupNamesOf: (person: Person, now: number): ReadonlySet<string> =>
      new Set([
        ...[...above(person.groups)].flatMap((id) => teamOf(id)?.name ?? []),
        ...(person.shown !== undefined && person.shown.until > now ? person.shown.names : []),
      ]),
    /** By their own id, or by the address they have now. */
    login: async (
      slot: number,
      says: GroupStatement,
      { byAddress, waits }: { readonly byAddress: boolean; readonly waits: boolean },
    ): Promise<void> => {
      if (connectionOf(slot) !== idp) return
      const person = at(slot)
      const member = await door.knock({
        slot,
        says,
        waits,
        id: byAddress ? undefined : (person?.draft.externalId ?? objectIdOf(slot)),
        record: person?.draft.externalId ?? objectIdOf(slot),
        email: person?.email ?? addressOf(slot),
        inside: person === undefined || departed(person) ? undefined : person.id,
        namesakes: [...people.values()].some(
          (one) => one.id !== person?.id && one.emails.includes(person?.email ?? addressOf(slot)),
        ),
      })
      if (person === undefined || member === undefined || says.kind !== 'present') return
      put({ ...person, shown: await door.shownBy(member) })
    },
    join: async (slot: number): Promise<void> => {
      const known = at(slot)
      if (known === undefined) await create(slot, draftFor(slot, addressOf(slot)), addressOf(slot))
      else if (known.deleted) await create(slot, { ...known.draft, active: true }, known.email)
    },
    setActive: async (slot: number, active: boolean): Promise<void> => {
      const person = live(slot)
      if (person === undefined) return
      const said = await changeUser(person, { op: 'replace', path: 'active', value: active })
      if (said.kind === 'done') put({ ...person, draft: { ...person.draft, active } })
    },
    remove: async (slot: number): Promise<void> => {
      const person = live(slot)
      if (person === undefined) return
      const said = await scim.send(person.connection, 'DELETE', `/Users/${person.id}`)
      if (said.kind === 'done') put({ ...person, deleted: true, groups: new Set(), shown: undefined })
    },
    rename: async (slot: number, what: 'userName' | 'email' | 'givenName'): Promise<void> => {
      const person = live(slot)
      if (person === undefined) return
      variants += 1
      const { draft } = person
      const email = what === 'email' ? addressOf(slot, variants) : person.email
      const userName = what === 'userName' ? `other-${addressOf(slot, variants)}` : draft.userName
      const emails = [{ value: email, type: 'work', primary: true }]
      const operation = {
        userName: { op: 'replace', path: 'userName', value: userName },
        email: { op: 'replace', path: 'emails', value: emails },
        givenName: { op: 'replace', path: 'name.givenName', value: `P${slot} ${variants}` },
      }[what]
      const said = await changeUser(person, operation)
      if (said.kind === 'refused') return
      const attributes = { ...draft.attributes, emails }
      const all = [...person.emails, email]
      put({ ...person, draft: { ...draft, userName, attributes }, email, emails: all })
    },
    /** The provider's own record was made anew: another name and id, the same address. */
    comeBackAs: async (slot: number): Promise<void> => {
      const known = at(slot)
      if (known === undefined || (!known.deleted && known.draft.active)) return
      variants += 1
      const userName = `again-${variants}-${known.email}`
      const draft = { ...draftFor(slot, known.email), userName, externalId: `again-${variants}` }
      await create(slot, draft, known.email)
    },
    enter: (slot: number, index: number): Promise<void> => move(slot, index, true),
    quit: (slot: number, index: number): Promise<void> => move(slot, index, false),
    makeGroup: async (index: number, members: readonly number[]): Promise<void> => {
      const group = groups[index]
      if (group === undefined || teams.has(index)) return
      const { name, connection } = group
      const those = members.flatMap((slot) => live(slot) ?? []).filter((one) => one.connection === connection)
      const value = those.map(({ id }) => ({ value: id }))
      const body = { schemas: groupSchemas, displayName: name, members: value }
      const said = await scim.send(connection, 'POST', '/Groups', body)
      if (said.kind === 'refused') return
      const id = groupId(said.id)
      teams.set(index, { id, connection, name, within: new Set() })
      for (const one of new Set(those)) put({ ...one, groups: new Set([...one.groups, id]) })
    },
    dropGroup: async (index: number): Promise<void> => {
      const team = teams.get(index)
      if (team === undefined) return
      const said = await scim.send(team.connection, 'DELETE', `/Groups/${team.id}`)
      if (said.kind === 'refused') return
      const without = (ids: ReadonlySet<GroupId>) => new Set([...ids].filter((id) => id !== team.id))
      teams.delete(index)
      for (const [at, one] of teams) teams.set(at, { ...one, within: without(one.within) })
      for (const one of people.values()) put({ ...one, groups: without(one.groups) })
    },
    renameGroup: async (index: number, other: boolean): Promise<void> => {
      const team = teams.get(index)
      if (team === undefined) return
      const name = `${groups[index]?.name}${other ? ' (former)' : ''}`
      const said = await changeGroup(team, { op: 'replace', path: 'displayName', value: name })
      if (said.kind === 'done') teams.set(index, { ...team, name })
    },
    /** Who is in the inner group is in the outer one, too. Never in a circle. */
    nest: async (outer: number, inner: number, inside: boolean): Promise<void> => {
      const [around, team] = [teams.get(outer), teams.get(inner)]
      if (around === undefined || team === undefined || around.connection !== team.connection) return
      if (above(new Set([around.id])).has(team.id)) return
      const said = await changeGroup(
        around,
        inside
          ? { op: 'add', path: 'members', value: [{ value: team.id }] }
          : { op: 'remove', path: `members[value eq "${team.id}"]` },
      )
      if (said.kind === 'refused') return
      const within = new Set(team.within)
      if (inside) within.add(around.id)
      else within.delete(around.id)
      teams.set(inner, { ...team, within })
    },
  }
}
export type People = ReturnType<typeof createPeople>
