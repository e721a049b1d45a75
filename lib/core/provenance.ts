import type { Because, Evidence, GroupStep } from './assignment.ts'
import type { Actor, AuditEntry, AuditEvent } from './audit.ts'
import { type CommunityId, fold, type GroupId, type Instant, type RoleId } from './ids.ts'
import type { ShownAge, ShownAges } from './login-explained.ts'

/** The request that made a piece of evidence true. */
export type Provenance = { readonly at: Instant; readonly requestId: string; readonly actor: Actor }
type Proven = {
  readonly from?: Provenance
  /** Of what a login showed: the last one that did, and until when it counts. */
  readonly shownLast?: ShownAge
}
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
      if (evidence.shown) return event.kind === 'loginShown' && touches(event.attributes, evidence.path)
      return 'changed' in event && 'member' in event && touches(event.changed, evidence.path)
    case 'absence':
      return false
  }
}

const provenanceOf = (entry: AuditEntry | undefined): Proven =>
  entry === undefined ? {} : { from: { at: entry.at, requestId: entry.requestId, actor: entry.actor } }

const provenBy = (trail: readonly AuditEntry[], test: (event: AuditEvent) => boolean): Proven =>
  provenanceOf(trail.find(({ event }) => test(event)))

/** Logins tell the whole of what counts: the earliest in a row, up to now, of which the test holds. */
const loginSince = (
  trail: readonly AuditEntry[],
  test: (concerning: readonly string[]) => boolean,
): AuditEntry | undefined => {
  let since: AuditEntry | undefined
  for (const entry of trail) {
    if (entry.event.kind !== 'loginShown') continue
    if (!test(entry.event.concerning)) return since
    since = entry
  }
  return since
}

const namesGroup = ({ displayName }: GroupStep) => {
  const wanted = fold(displayName)
  return (names: readonly string[]): boolean => names.some((name) => fold(name) === wanted)
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
  const origin = evidence.kind === 'group' && !evidence.shown ? origins.get(directGroup(evidence)) : undefined
  return origin === undefined ? {} : { from: origin }
}

const madeBy = (evidence: Evidence, trail: readonly AuditEntry[]): Proven =>
  evidence.kind === 'group' && evidence.shown
    ? provenanceOf(loginSince(trail, namesGroup(evidence)))
    : provenBy(trail, (event) => made(event, evidence))

/** What tells where evidence comes from. */
export type Sources = {
  /** Entries about the member and about the groups on the way, each newest first. What happened before its first entry has no provenance. */
  readonly trail: readonly AuditEntry[]
  readonly origins?: Origins | undefined
  readonly shown?: ShownAges | undefined
}

const proven = (evidence: Evidence, { trail, origins = new Map(), shown }: Sources): ProvenEvidence => {
  const shownLast = shown?.(evidence)
  const from = {
    ...originOf(evidence, origins),
    ...madeBy(evidence, trail),
    ...(shownLast === undefined ? {} : { shownLast }),
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

export const withProvenance = (because: Because, sources: Sources): ProvenBecause => ({
  ...because,
  evidence: because.evidence.map((evidence) => proven(evidence, sources)),
})

/** The groups of the directory they are in directly, of those that made rules match. */
export const directGroupsBehind = (because: readonly Because[]): readonly GroupId[] => [
  ...new Set(
    because
      .flatMap(({ evidence }) => evidence)
      .flatMap((one) => (one.kind === 'group' && !one.shown ? [directGroup(one)] : [])),
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

/** The login that was the first not to show a group any more. */
const unshownBy = (trail: readonly AuditEntry[], because: readonly Because[]): readonly AuditEntry[] =>
  because
    .flatMap(({ evidence }) => evidence)
    .flatMap((one) => {
      if (one.kind !== 'group' || !one.shown) return []
      const names = namesGroup(one)
      return loginSince(trail, (concerning) => !names(concerning)) ?? []
    })

/** What ended the reason a role was given for: they departed, left a group of it, or a login no longer showed one. */
export const lostBy = (trail: readonly AuditEntry[], because: readonly Because[]): Provenance | undefined => {
  const left = [
    ...directGroupsBehind(because).flatMap((group) => endedBy(trail, group) ?? []),
    ...unshownBy(trail, because),
  ]
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
