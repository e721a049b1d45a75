import type { Because, Evidence, GroupStep } from './assignment.ts'
import type { Actor, AuditEntry, AuditEvent } from './audit.ts'
import { type CommunityId, fold, type GroupId, type Instant, type RoleId } from './ids.ts'

/** The request that made a piece of evidence true. */
export type Provenance = { readonly at: Instant; readonly requestId: string; readonly actor: Actor }
type Proven = { readonly from?: Provenance }
type GroupEvidence = Extract<Evidence, { readonly kind: 'group' }>
export type ProvenEvidence = Proven &
  (
    | Exclude<Evidence, GroupEvidence>
    | (Omit<GroupEvidence, 'through'> & {
        /** `from`: the request that put this group into the next. */
        readonly through?: readonly (GroupStep & Proven)[]
      })
  )
export type ProvenBecause = Omit<Because, 'evidence'> & { readonly evidence: readonly ProvenEvidence[] }

/** A bare name may belong to an extension, whose attributes the trail names by their URN. */
export const touches = (changed: readonly string[], path: string): boolean => {
  const wanted = fold(path)
  const root = wanted.split('.')[0] ?? wanted
  return changed
    .map(fold)
    .some((name) => (name.startsWith('urn:') ? inExtension(wanted, name) : name === root))
}
const inExtension = (wanted: string, urn: string): boolean =>
  wanted.startsWith('urn:') ? wanted.startsWith(urn) : !coreAttributes.has(wanted.split('.')[0] ?? wanted)

/** RFC 7643 §4.1: what cannot belong to an extension when it is named without its URN. */
const coreAttributes: ReadonlySet<string> = new Set(
  [
    'userName externalId active name displayName nickName profileUrl title userType preferredLanguage locale timezone emails',
    'phoneNumbers ims photos addresses entitlements roles x509Certificates',
  ]
    .join(' ')
    .split(' ')
    .map(fold),
)

const made = (event: AuditEvent, evidence: Evidence): boolean => {
  switch (evidence.kind) {
    case 'group':
      // Of an indirect one it is the membership the way begins with.
      return event.kind === 'groupJoined' && event.group === directGroup(evidence)
    case 'attribute':
      return 'changed' in event && 'member' in event && touches(event.changed, evidence.path)
    case 'absence':
      return false
  }
}

const provenBy = (trail: readonly AuditEntry[], test: (event: AuditEvent) => boolean): Proven => {
  const entry = trail.find(({ event }) => test(event))
  return entry === undefined ? {} : { from: { at: entry.at, requestId: entry.requestId, actor: entry.actor } }
}

const stepsOf = (evidence: Evidence): readonly GroupStep[] =>
  evidence.kind === 'group' ? (evidence.through ?? []) : []

/** Who put each group on the way into the next one. */
const provenSteps = (evidence: GroupEvidence, trail: readonly AuditEntry[]) => {
  const steps = stepsOf(evidence)
  return steps.map((step, place) => {
    const outer = steps[place + 1] ?? evidence
    const nested = (event: AuditEvent): boolean =>
      event.kind === 'groupNested' && event.group === step.id && event.into === outer.id
    return { ...step, ...provenBy(trail, nested) }
  })
}

/** What stands with the memberships themselves, by the group they are in directly: older than the trail, where that ended. */
export type Origins = ReadonlyMap<GroupId, Provenance>

const directGroup = (evidence: GroupEvidence): GroupId => (evidence.through?.[0] ?? evidence).id

const originOf = (evidence: Evidence, origins: Origins): Proven => {
  const origin = evidence.kind === 'group' ? origins.get(directGroup(evidence)) : undefined
  return origin === undefined ? {} : { from: origin }
}

const proven = (evidence: Evidence, trail: readonly AuditEntry[], origins: Origins): ProvenEvidence => {
  const from = {
    ...originOf(evidence, origins),
    ...provenBy(trail, (event) => made(event, evidence)),
  }
  return evidence.kind === 'group' && evidence.through !== undefined
    ? { ...evidence, through: provenSteps(evidence, trail), ...from }
    : { ...evidence, ...from }
}

/** Groups whose own trail tells how they came into the next, each once, with the groups they stand in on the way. */
export const nestingsBehind = (because: readonly Because[]): ReadonlyMap<GroupId, ReadonlySet<GroupId>> => {
  const into = new Map<GroupId, Set<GroupId>>()
  for (const evidence of because.flatMap((one) => one.evidence)) {
    if (evidence.kind !== 'group') continue
    const steps = stepsOf(evidence)
    for (const [place, { id }] of steps.entries()) {
      const outer = steps[place + 1] ?? evidence
      into.set(id, (into.get(id) ?? new Set()).add(outer.id))
    }
  }
  return into
}

/**
 * `trail`: entries about the member and about the groups on the way, each newest first. What happened before its first entry has no provenance.
 */
export const withProvenance = (
  because: Because,
  trail: readonly AuditEntry[],
  origins: Origins = new Map(),
): ProvenBecause => ({
  ...because,
  evidence: because.evidence.map((evidence) => proven(evidence, trail, origins)),
})

/** The groups they are in directly, of those that made rules match. */
export const directGroupsBehind = (because: readonly Because[]): readonly GroupId[] => [
  ...new Set(
    because
      .flatMap(({ evidence }) => evidence)
      .flatMap((one) => (one.kind === 'group' ? [directGroup(one)] : [])),
  ),
]

const entryProvenance = (entry: AuditEntry | undefined): Provenance | undefined =>
  entry && { at: entry.at, requestId: entry.requestId, actor: entry.actor }

/** The run, or the person, that gave the role to this member. */
export const givenBy = (
  trail: readonly AuditEntry[],
  community: CommunityId,
  role: RoleId,
): Provenance | undefined =>
  entryProvenance(
    trail.find(({ event }) => {
      if (event.kind === 'accountAdopted') return event.community === community && event.roles.includes(role)
      if (event.kind !== 'changeApplied' || event.community !== community) return false
      return event.rolesAfter.includes(role) && !event.rolesBefore.includes(role)
    }),
  )

const endedBy = (trail: readonly AuditEntry[], group: GroupId): AuditEntry | undefined => {
  const last = trail.find(
    ({ event }) => (event.kind === 'groupLeft' || event.kind === 'groupJoined') && event.group === group,
  )
  return last?.event.kind === 'groupLeft' ? last : undefined
}

const departedBy = (trail: readonly AuditEntry[]): AuditEntry | undefined => {
  const last = trail.find(({ event }) => 'member' in event && 'active' in event)
  if (last === undefined || !('active' in last.event)) return undefined
  return last.event.active && last.event.kind !== 'memberDeleted' ? undefined : last
}

/** What ended the reason a role was given for: they departed, or left a group of it. */
export const lostBy = (trail: readonly AuditEntry[], because: readonly Because[]): Provenance | undefined => {
  const left = directGroupsBehind(because).flatMap((group) => endedBy(trail, group) ?? [])
  return entryProvenance(departedBy(trail) ?? left.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0])
}

const latest = (evidence: ProvenEvidence): Instant | undefined => {
  const steps = evidence.kind === 'group' ? (evidence.through ?? []) : []
  const all = [evidence, ...steps].map(({ from }) => from?.at)
  return all.every((at) => at !== undefined) ? all.toSorted().at(-1) : undefined
}

/** When all that one of the rules needs had come together; undefined where the trail does not reach back so far. */
export const wantedSince = (because: readonly ProvenBecause[]): Instant | undefined => {
  const moments = because.flatMap(({ evidence }) => {
    const each = evidence.map(latest)
    const last = each.every((at) => at !== undefined) ? each.toSorted().at(-1) : undefined
    return last === undefined ? [] : [last]
  })
  return moments.toSorted()[0]
}
