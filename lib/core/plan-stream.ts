import type { Target } from './assignment.ts'
import type { Ownership } from './ownership.ts'
import type { Plan } from './plan.ts'
import { createPlanner, type PlanFacts } from './plan-members.ts'
import { type AccountRow, createInlets, type Inlet, mergeRows } from './plan-rows.ts'
import type { Account } from './snapshot.ts'

/** Pages of any size, empty ones among them. */
export type Pages<Item> = AsyncIterable<readonly Item[]>

/** Sorted by member, as `comparePeople` and `compareAccounts` have it; each member once, and each account of a member once. */
export type PlanStreams = {
  readonly targets: Pages<Target>
  readonly ownership: Pages<Ownership>
  /** Under each member the accounts their record names and those that stand under one of their addresses (target's or record's). */
  readonly accounts: Pages<AccountRow>
  /** All other accounts, each once, in any order. */
  readonly others: Pages<Account>
}

const from = <Item>(pages: Pages<Item>, inlet: Inlet<Item>): (() => Promise<void>) => {
  const iterator = pages[Symbol.asyncIterator]()
  return async () => {
    const { done, value } = await iterator.next()
    if (done === true) inlet.end()
    else inlet.add(value)
  }
}

/** `planChanges` over streams: the same plan, and no list of everybody is ever held. */
export const planStreams = async (facts: PlanFacts, streams: PlanStreams): Promise<Plan> => {
  const planner = createPlanner(facts)
  const inlets = createInlets()
  const refill = {
    targets: from(streams.targets, inlets.targets),
    ownership: from(streams.ownership, inlets.ownership),
    accounts: from(streams.accounts, inlets.accounts),
  }
  for (const step of mergeRows(inlets)) {
    if (step.kind === 'row') planner.row(step.row)
    else await refill[step.stream]()
  }
  for await (const page of streams.others) for (const account of page) planner.other(account)
  return planner.finish()
}
