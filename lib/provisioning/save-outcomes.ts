import { milliseconds } from '../core/ids.ts'
import type { Plan } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import { isOpen, type OpenOutcomes } from '../core/ports/ownership.ts'
import type { Outcome } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { type Findings, outcomesIn } from './outcomes.ts'
import { inParallel } from './parallel.ts'
import type { Person } from './state.ts'
import type { Turn } from './turn.ts'

/** What kind of look it was, and whom it was asked for. */
export type Looked = {
  readonly scope: Plan['scope']
  readonly configuration: number
  readonly asked: readonly Person[]
  /** Everything that was to be done was tried. */
  readonly complete: boolean
}
type OutcomeDeps = Pick<Provisioning, 'clock' | 'random' | 'outcomes'>

const lanes = 8

const keysOf = (people: readonly Person[]): ReadonlySet<string> => new Set(people.map(personKey))

const doneFor = ({ verdict, failed }: Findings): ReadonlySet<string> =>
  keysOf(
    [...verdict.allowed, ...failed.map(({ change }) => change)].flatMap((change) =>
      'subject' in change ? [change.subject] : [],
    ),
  )

type Told = Pick<Outcome, 'state' | 'detail'>
const differs = (before: Told | undefined, now: Told): boolean =>
  before?.state !== now.state || before.detail !== now.detail

type Index = OpenOutcomes & { readonly byPerson: ReadonlyMap<string, Told> }

const readIndex = async ({ outcomes }: OutcomeDeps, { community }: Findings): Promise<Index> => {
  const index = await outcomes.openOutcomes(community)
  return { ...index, byPerson: new Map(index.open.map((one) => [personKey(one), one])) }
}

/**
 * A look at everybody finds most people as they were. Under the configuration under which all outcomes were right the last time, only those can have
 * another whose record was written since, who were asked about, or whose outcome asks for something, then or now.
 */
const worthReading = (
  findings: Findings,
  people: readonly Person[],
  { configuration, asked }: Looked,
  { checked, byPerson }: Index,
): readonly Person[] => {
  if (checked?.configuration !== configuration) return people
  const outcome = outcomesIn(findings)
  const sure = new Set([...keysOf(asked), ...doneFor(findings)])
  for (const one of findings.ownership)
    if (one.touchedAt !== undefined && one.touchedAt >= checked.at) sure.add(personKey(one))
  return people.filter((person) => {
    const key = personKey(person)
    if (sure.has(key)) return true
    const [then, now] = [byPerson.get(key), outcome(person, undefined)]
    return isOpen(now) ? differs(then, now) : then !== undefined
  })
}

/** Whoever something was done for comes first; the others follow from anywhere, so that none of many is always the last. */
const inTurn = (deps: OutcomeDeps, findings: Findings, people: readonly Person[]) => {
  const done = doneFor(findings)
  const others = people.filter((person) => !done.has(personKey(person)))
  const start = Math.floor(deps.random() * others.length)
  return {
    first: people.filter((person) => done.has(personKey(person))),
    then: [...others.slice(start), ...others.slice(0, start)],
  }
}

const createSaving = ({ outcomes }: OutcomeDeps, findings: Findings, index: Index | undefined) => {
  const outcome = outcomesIn(findings)
  return async (person: Person): Promise<void> => {
    const known = await outcomes.outcomesOf(person.connection, person.member)
    const before = known.find(({ community }) => community === findings.community)
    const now = outcome(person, before)
    if (before !== undefined && milliseconds(before.at) > milliseconds(now.at)) return
    const isListed = index?.byPerson.has(personKey(person)) ?? isOpen(before)
    if (differs(before, now) || (isOpen(now) && !isListed)) await outcomes.saveOutcome(now)
    if (!isOpen(now) && (isListed || isOpen(before))) await outcomes.closeOutcome(now)
  }
}

/** Written where something is new; a look at the whole community reads what is stored only where it may be, while there is time and nothing more urgent. */
export const saveOutcomes = async (
  deps: OutcomeDeps,
  findings: Findings,
  people: readonly Person[],
  turn: Pick<Turn, 'late' | 'yields'>,
  looked: Looked,
): Promise<void> => {
  const index = looked.scope === 'community' ? await readIndex(deps, findings) : undefined
  const read = index === undefined ? people : worthReading(findings, people, looked, index)
  const save = createSaving(deps, findings, index)
  const { first, then } = inTurn(deps, findings, read)
  await inParallel(first, lanes, save)
  let ended = false
  await inParallel(then, lanes, async (person) => {
    ended ||= turn.late() || (index !== undefined && (await turn.yields()))
    if (!ended) await save(person)
  })
  const news = read.length > 0 || index?.checked?.configuration !== looked.configuration
  if (index === undefined || ended || !looked.complete || !news) return
  await deps.outcomes.markChecked(findings.community, {
    configuration: looked.configuration,
    at: findings.at,
  })
}
