import type { Target } from './assignment.ts'
import { ConnectorError } from './errors.ts'
import type { Ownership } from './ownership.ts'
import type { Person } from './plan.ts'
import type { Account } from './snapshot.ts'

/** Whose an account is, and how that person stands; absent where a look at a few people does not say. */
export type Owner = { readonly ownership: Ownership; readonly standing?: Target['standing'] }

/** An account that concerns a member: their own record names it, or it stands under one of their addresses. */
export type AccountRow = Person & {
  readonly account: Account
  /** Whose it is, if it is another's. */
  readonly owner?: Owner
}

/** Everything there is of one member in a community. */
export type Row = {
  readonly target?: Target
  readonly ownership?: Ownership
  /** By id. */
  readonly accounts: readonly AccountRow[]
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a === b ? 0 : 1)

/** The order of everything that is by member: code units, the same on every machine. */
export const comparePeople = (a: Person, b: Person): number =>
  compareText(a.connection, b.connection) || compareText(a.member, b.member)

/** By member, and of one member by account. */
export const compareAccounts = (a: AccountRow, b: AccountRow): number =>
  comparePeople(a, b) || compareText(a.account.id, b.account.id)

/** A sorted stream's way in, page by page. Nothing is taken from it while it is dry: what follows might come before. */
export type Inlet<Item> = {
  readonly add: (page: readonly Item[]) => void
  readonly end: () => void
  readonly dry: () => boolean
  readonly head: () => Item | undefined
  readonly drop: () => void
}

const createInlet = <Item>(name: string, compare: (a: Item, b: Item) => number): Inlet<Item> => {
  let page: readonly Item[] = []
  let at = 0
  let ended = false
  let last: Item | undefined
  return {
    add: (next) => {
      for (const item of next) {
        if (last !== undefined && compare(last, item) >= 0)
          throw new ConnectorError('internal', `the stream of ${name} is not sorted by member`)
        last = item
      }
      page = at < page.length ? [...page.slice(at), ...next] : next
      at = 0
    },
    end: () => {
      ended = true
    },
    dry: () => !ended && at >= page.length,
    head: () => page[at],
    drop: () => {
      at += 1
    },
  }
}

export type Inlets = {
  readonly targets: Inlet<Target>
  readonly ownership: Inlet<Ownership>
  readonly accounts: Inlet<AccountRow>
}
export const createInlets = (): Inlets => ({
  targets: createInlet<Target>('targets', comparePeople),
  ownership: createInlet<Ownership>('ownership', comparePeople),
  accounts: createInlet('accounts', compareAccounts),
})

/** The next row, or which of the streams has to go on before there is one. */
export type MergeStep =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'dry'; readonly stream: keyof Inlets }

const isOf = <Item extends Person>(item: Item | undefined, person: Person): item is Item =>
  item !== undefined && item.member === person.member && item.connection === person.connection

const firstOf = (a: Person | undefined, b: Person | undefined): Person | undefined =>
  a === undefined || (b !== undefined && comparePeople(b, a) < 0) ? b : a

const taken = <Item extends Person>(inlet: Inlet<Item>, person: Person): Item | undefined => {
  const head = inlet.head()
  if (!isOf(head, person)) return undefined
  inlet.drop()
  return head
}

/** The stream that has to go on before it is known what comes next. */
const dryIn = ({ targets, ownership, accounts }: Inlets): keyof Inlets | undefined => {
  if (targets.dry()) return 'targets'
  if (ownership.dry()) return 'ownership'
  return accounts.dry() ? 'accounts' : undefined
}

const checkStray = (stray: AccountRow | undefined, person: Person | undefined): void => {
  if (stray === undefined || (person !== undefined && comparePeople(stray, person) >= 0)) return
  throw new ConnectorError(
    'internal',
    'the stream of accounts names somebody who is neither wanted nor known',
  )
}

const rowOf = (
  target: Target | undefined,
  ownership: Ownership | undefined,
  accounts: readonly AccountRow[],
): Row => {
  if (target === undefined) return ownership === undefined ? { accounts } : { ownership, accounts }
  return ownership === undefined ? { target, accounts } : { target, ownership, accounts }
}

/** Row by row, whatever the pages: no more is held than a page of each stream. Whoever drives it fills what has run dry. */
export function* mergeRows(inlets: Inlets): Generator<MergeStep, void> {
  const { targets, ownership, accounts } = inlets
  for (;;) {
    for (let dry = dryIn(inlets); dry !== undefined; dry = dryIn(inlets)) yield { kind: 'dry', stream: dry }
    const person = firstOf(targets.head(), ownership.head())
    checkStray(accounts.head(), person)
    if (person === undefined) return
    const [target, owned] = [taken(targets, person), taken(ownership, person)]
    const found: AccountRow[] = []
    for (let next = taken(accounts, person); next !== undefined; next = taken(accounts, person)) {
      found.push(next)
      // A member's accounts may go on on the next page.
      while (accounts.dry()) yield { kind: 'dry', stream: 'accounts' }
    }
    yield { kind: 'row', row: rowOf(target, owned, found) }
  }
}
