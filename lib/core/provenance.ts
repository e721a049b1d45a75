import type { Because, Evidence, GroupStep } from './assignment.ts'
import type { Actor, AuditEntry, AuditEvent } from './audit.ts'
import { fold, type Instant } from './ids.ts'

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
const touches = (changed: readonly string[], path: string): boolean => {
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
      return event.kind === 'groupJoined' && event.group === (evidence.through?.[0] ?? evidence).id
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

const proven = (evidence: Evidence, trail: readonly AuditEntry[]): ProvenEvidence => {
  const from = provenBy(trail, (event) => made(event, evidence))
  return evidence.kind === 'group' && evidence.through !== undefined
    ? { ...evidence, through: provenSteps(evidence, trail), ...from }
    : { ...evidence, ...from }
}

/** Groups whose own trail tells how they came into the next, each once. */
export const stepsBehind = (because: readonly Because[]): readonly GroupStep['id'][] => [
  ...new Set(because.flatMap(({ evidence }) => evidence.flatMap(stepsOf)).map(({ id }) => id)),
]

/**
 * `trail`: entries about the member and about the groups on the way, each newest first. What happened before its first entry has no provenance.
 */
export const withProvenance = (because: Because, trail: readonly AuditEntry[]): ProvenBecause => ({
  ...because,
  evidence: because.evidence.map((evidence) => proven(evidence, trail)),
})
