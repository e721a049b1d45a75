import type { ConnectionGroups } from './configuration.ts'
import { fold, groupId } from './ids.ts'
import type { LoginFacts } from './login.ts'
import { type MemberGroup, namesOf } from './matching.ts'
import type { GroupReference, HeldGroup } from './member.ts'

/** What a rule may match of a group, and nothing else of it. */
export const referenceTo = ({ id, displayName, externalId }: GroupReference): GroupReference => ({
  id,
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
})

/** What the directory says of somebody's groups, as rules see it: the way to an indirect one by name. */
export const pushedGroups = (held: readonly HeldGroup[]): readonly MemberGroup[] => {
  const names = new Map(held.map(({ id, displayName }) => [id, displayName]))
  return held.map(({ through: way, leftOut, ...reference }): MemberGroup => {
    if (way.length === 0) return { reference, source: 'scim' }
    const through = way.map((id) => ({ id, displayName: names.get(id) ?? id }))
    return { reference, source: 'scim', through, ...(leftOut === undefined ? {} : { leftOut }) }
  })
}

/** A group an identity provider named at a login has that name and nothing else; Entra sends ids as names. */
const shownGroup = (name: string): MemberGroup => ({
  reference: { id: groupId(name), displayName: name },
  source: 'sso',
})

/** The groups rules see: pushed ones, and those a login showed that are not among them already. */
export const groupsFor = (
  settings: Pick<ConnectionGroups, 'from'> | undefined,
  pushed: readonly MemberGroup[],
  facts: LoginFacts | undefined,
): readonly MemberGroup[] => {
  const from = settings?.from ?? ['scim']
  const kept = from.includes('scim') ? pushed : []
  if (facts === undefined || facts.groups.length === 0 || !from.includes('saml')) return kept
  const known = new Set(kept.flatMap(({ reference }) => namesOf(reference).map(fold)))
  return [...kept, ...facts.groups.filter((name) => !known.has(fold(name))).map(shownGroup)]
}
