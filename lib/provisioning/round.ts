import type { Instant } from '../core/ids.ts'
import { adminsIn } from '../core/judge-admins.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Change } from '../core/plan.ts'
import { planRoles } from '../core/plan-roles.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { PlatformRole, Snapshot } from '../core/snapshot.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Work } from '../core/work.ts'
import { type Application, applyChanges } from './apply.ts'
import { tellExpiry } from './credentials.ts'
import type { Provisioning } from './deps.ts'
import type { HeldLease } from './lease.ts'
import { type Look, type LookInput, lookAt } from './look.ts'
import { createRecords } from './records.ts'
import type { RoundReport } from './round-report.ts'
import { countActs, safeguard } from './safeguard.ts'
import { saveOutcomes } from './save-outcomes.ts'
import { type Settlement, settleWork } from './settle.ts'
import { tellUnmentioned } from './silence.ts'
import { snapshotAfter } from './snapshot-after.ts'
import type { Person, State } from './state.ts'
import { concludeWish, noting, type Prepared, planAsked, prepareWish, settleWish } from './stored-plan.ts'
import type { Turn } from './turn.ts'
import { leaveUnread, notePause } from './unread.ts'

export type Round = LookInput & {
  readonly platform: Platform
  readonly lease: HeldLease
  readonly deadline: Instant
  readonly turn: Turn
  /** Another spell without interruption. */
  readonly nextTurn: () => Turn
  readonly runId: string
}
const nothingDone: Application = {
  applied: [],
  failed: [],
  skipped: [],
  remains: new Map(),
  ending: { kind: 'complete' },
}
const lookAgain: Application = { ...nothingDone, ending: { kind: 'stopped', code: 'yielded' } }
const nothingJudged: Verdict = { allowed: [], held: [], withheld: [] }

/** The roles there are now, by the configuration's id; what this round creates is added as it appears. */
const knownRoles = (
  { community, platform: { traits } }: Round,
  { roleOwnership }: State,
  snapshot: Snapshot,
): ReadonlyMap<string, PlatformRole> =>
  new Map(
    [...planRoles({ community, traits, roleOwnership, snapshot }).states].flatMap(([id, one]) =>
      one.kind === 'present' ? [[id as string, one.role] as const] : [],
    ),
  )

type Weighed = Look & Required<Pick<Look, 'weighed'>>
type Done = {
  readonly application: Application
  readonly verdict: Verdict
  readonly snapshot: Snapshot | undefined
  readonly after: Pick<State, 'ownership' | 'problems'>
  /** Of whom it is known where they stand. */
  readonly people: readonly Person[]
}

/** A look at everybody for the sake of a few acts on these; the others have their own work, or the next look. */
const concerning = (only: readonly Person[] | undefined, changes: readonly Change[]): readonly Change[] => {
  if (only === undefined) return changes
  const keys = new Set(only.map(personKey))
  return changes.filter((one) => !('subject' in one) || keys.has(personKey(one.subject)))
}

const prepare = async (deps: Provisioning, round: Round, look: Weighed): Promise<Prepared> => {
  const { state, people, weighed, only } = look
  const { configuration, community, runId } = round
  const { snapshot, scope, directoryAt } = weighed
  const input = { configuration, community, state, snapshot, scope, directoryAt }
  const assessment = await safeguard(deps, input, weighed.assessment, people, runId)
  const changes = concerning(only, assessment.verdict.allowed)
  await countActs(deps, assessment, changes, state)
  return { assessment, people, changes }
}

const carryOut = async (deps: Provisioning, round: Round, look: Look, asked?: number): Promise<Done> => {
  const { state, people, weighed } = look
  if (weighed === undefined)
    return { application: nothingDone, verdict: nothingJudged, snapshot: undefined, after: state, people }
  const { community, runId } = round
  const whole = { ...look, weighed }
  const prepared = await (asked === undefined ? prepare(deps, round, whole) : prepareWish(deps, asked, whole))
  const { wish } = prepared
  const { plan, verdict, approvals } = prepared.assessment
  const own = createRecords(deps, community.id, runId, state)
  const records = wish === undefined ? own : noting(deps, community.id, wish, own)
  let snapshot = weighed.snapshot
  await records.confirm(snapshot)
  const application = await applyChanges(deps, {
    changes: prepared.changes,
    admins: adminsIn(snapshot, community.safety.requiredAdmins),
    minimumAdmins: community.safety.minimumAdmins,
    fallbackRole: community.fallbackRole,
    platform: round.platform,
    roles: knownRoles(round, state, snapshot),
    records,
    approvals,
    lease: round.lease,
    deadline: round.deadline,
    turn: round.nextTurn(),
    seen: (change, applied) => {
      snapshot = snapshotAfter(snapshot, change, applied)
      round.snapshots.keep((before) => snapshotAfter(before, change, applied))
    },
  })
  // Somebody may be there whom the list does not show, or a role gone that it does.
  if (application.failed.some(({ change }) => change.kind === 'invite' || change.kind === 'grant'))
    round.snapshots.doubt()
  if (wish !== undefined) await concludeWish(deps, community.id, wish, application)
  return {
    application: wish?.unclear === true ? lookAgain : application,
    verdict,
    snapshot,
    after: { ownership: records.ownership(), problems: plan.problems },
    people: prepared.people,
  }
}

/** Their new account was just made or brought nearer to what it has to be: only another look can take the old one. */
const moving = ({ applied }: Application, ownership: readonly Ownership[]): readonly Ownership[] => {
  const touched = new Set(applied.flatMap((one) => ('subject' in one ? [personKey(one.subject)] : [])))
  return ownership.filter((one) => one.former !== undefined && touched.has(personKey(one)))
}

/** What stood in their way was an account that is removed now. */
const freed = ({ applied }: Application, problems: State['problems']): readonly Person[] => {
  const gone = new Set(applied.flatMap((one) => (one.kind === 'remove' ? [one.subject.account] : [])))
  return problems.flatMap((one) =>
    (one.kind === 'adoptionNeeded' || one.kind === 'ownedElsewhere') && gone.has(one.subject.account)
      ? [one.subject]
      : [],
  )
}

/** Outcomes of everybody whose changes were reached; then the work. */
const settle = async (
  deps: Provisioning,
  round: Round,
  look: Look,
  taken: readonly Work[],
  done: Done,
): Promise<Settlement> => {
  const { application, verdict, snapshot, after } = done
  const asked = planAsked(taken)
  const stopped = application.ending.kind === 'stopped'
  const unreached = new Set(
    stopped ? application.skipped.flatMap((one) => ('subject' in one ? personKey(one.subject) : [])) : [],
  )
  const findings = {
    community: round.community.id,
    at: deps.clock.now(),
    targets: look.state.targets,
    problems: after.problems,
    verdict,
    failed: application.failed,
    skipped: stopped ? [] : application.skipped,
    remains: application.remains,
    snapshot,
    ownership: after.ownership,
  }
  await saveOutcomes(
    deps,
    findings,
    done.people.filter((person) => !unreached.has(personKey(person))),
    round.nextTurn(),
    {
      scope: look.weighed?.scope ?? 'targeted',
      configuration: round.configuration.number,
      asked: taken.flatMap(({ subject }) => (subject.kind === 'member' ? [subject] : [])),
      complete: application.ending.kind === 'complete' && look.only === undefined && asked === undefined,
    },
  )
  if (asked !== undefined) return settleWish(deps, round.community.id, taken, application)
  const again = [
    ...moving(application, after.ownership),
    ...freed(application, after.problems),
    ...(look.untold ?? []),
  ]
  return settleWork(deps, round.community.id, taken, application, again)
}

/** One look at what was taken: read, plan, judge, apply, settle. */
export const playRound = async (
  deps: Provisioning,
  open: () => Promise<Round>,
  taken: readonly Work[],
): Promise<RoundReport> => {
  let round: Round | undefined
  let look: Look
  try {
    round = await open()
    await round.lease.check()
    look = await lookAt(deps, round, taken)
  } catch (thrown) {
    return leaveUnread(deps, round, taken, thrown)
  }
  if (look.weighed !== undefined) await deps.pauses.endPause(round.community.id)
  const done = await carryOut(deps, round, look, planAsked(taken))
  const { ending } = done.application
  if (ending.kind === 'paused') await notePause(deps, taken, ending.error)
  const settlement = await settle(deps, round, look, look.taken ?? taken, done)
  const whole = taken.some(({ subject }) => subject.kind === 'community')
  if (whole) await tellUnmentioned(deps, look.unmentioned)
  if (whole && ending.kind === 'complete') await tellExpiry(deps, round.community.id, round.platform)
  return {
    ...settlement,
    applied: done.application.applied.length,
    failed: done.application.failed.length,
    held: done.verdict.held.length,
    ending,
  }
}
