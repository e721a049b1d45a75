import type { Configuration, Safety } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import { newlyHeld, stricter } from '../core/stricter.ts'
import type { HeldChange } from '../core/verdict.ts'
import { nextHold } from './holding.ts'
import type { LookDeps } from './look.ts'
import { type Preview, type PreviewDeps, previewPlan } from './preview.ts'
import { type RaiseDeps, raise } from './safeguard.ts'

/** What a version that is not stored yet would do to a community, and what of it would wait for a person. */
export type Foresight = { readonly preview: Preview; readonly newlyHeld: readonly HeldChange[] }
type ForeseeDeps = PreviewDeps

const limitsFor = (
  id: CommunityId,
  candidate: Configuration,
  current: Configuration | undefined,
): Safety | undefined => {
  const [before, after] = [current, candidate].map((one) => one?.communities.find((each) => each.id === id))
  return before === undefined || after === undefined ? undefined : stricter(before.safety, after.safety)
}

/** Judged by the stricter of the limits that hold today and those of the version itself. */
export const foresee = async (
  deps: ForeseeDeps,
  candidate: Configuration,
  current: Configuration | undefined,
): Promise<readonly Foresight[]> => {
  const found: Foresight[] = []
  // One after the other: communities may share one address and so one budget of calls.
  for (const { id } of candidate.communities) {
    const preview = await previewPlan(deps, id, candidate, limitsFor(id, candidate, current))
    const hold = await deps.safety.hold(id)
    found.push({ preview, newlyHeld: newlyHeld(preview.verdict, hold) })
  }
  return found
}

const tries = 3

const holdOne = async (deps: RaiseDeps & LookDeps, { preview, newlyHeld }: Foresight): Promise<void> => {
  const { plan, verdict } = preview
  const marked = new Set(newlyHeld.map(({ change }) => change.id))
  const held = verdict.held.map(
    (one): HeldChange => (marked.has(one.change.id) ? { ...one, untilDecided: true } : one),
  )
  for (let attempt = 1; attempt <= tries; attempt++) {
    const existing = await deps.safety.hold(plan.community)
    const now = deps.clock.now()
    const holding = nextHold({ community: plan.community, existing, plan, held, lookedAt: [], now })
    if (holding.kind !== 'save') return
    if (holding.news) await raise(deps, holding.hold, deps.ids.uuid())
    if ((await deps.safety.saveHold(holding.hold)) === 'saved') return
  }
  throw new ConnectorError('storeConflict', 'the hold keeps changing: push again')
}

/** Held before the version is stored, and whatever limits it brings: no worker can come in between. */
export const holdForeseen = async (
  deps: RaiseDeps & LookDeps,
  foreseen: readonly Foresight[],
): Promise<void> => {
  for (const one of foreseen) if (one.newlyHeld.length > 0) await holdOne(deps, one)
}
