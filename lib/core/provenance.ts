import type { Because, Evidence } from './assignment.ts'
import type { Actor, AuditEntry, AuditEvent } from './audit.ts'
import { fold, type Instant } from './ids.ts'

/** The request that made a piece of evidence true. */
export type Provenance = { readonly at: Instant; readonly requestId: string; readonly actor: Actor }
export type ProvenEvidence = Evidence & { readonly from?: Provenance }
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
      return event.kind === 'groupJoined' && event.group === evidence.id
    case 'attribute':
      return 'changed' in event && 'member' in event && touches(event.changed, evidence.path)
    case 'absence':
      return false
  }
}

/** `trail`: entries about the member, newest first. What happened before its first entry has no provenance. */
export const withProvenance = (because: Because, trail: readonly AuditEntry[]): ProvenBecause => ({
  ...because,
  evidence: because.evidence.map((evidence): ProvenEvidence => {
    const entry = trail.find(({ event }) => made(event, evidence))
    if (entry === undefined) return evidence
    const { at, requestId, actor } = entry
    return { ...evidence, from: { at, requestId, actor } }
  }),
})
