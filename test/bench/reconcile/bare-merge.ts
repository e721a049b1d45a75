import type { Pages, PlanStreams } from '../../../lib/core/plan-stream.ts'

type Keyed = { readonly connection: string; readonly member: string }
type Reader = { readonly head: () => Keyed | undefined; readonly next: () => Promise<void> | undefined }

/** One stream, an item at a time; it waits only where a page ends. */
const readerOf = (pages: Pages<Keyed>): Reader => {
  const iterator = pages[Symbol.asyncIterator]()
  let page: readonly Keyed[] = []
  let at = 0
  const turn = async (): Promise<void> => {
    do {
      const { done, value } = await iterator.next()
      page = done === true ? [] : value
      at = 0
      if (done === true) return
    } while (page.length === 0)
  }
  return {
    head: () => page[at],
    next: () => {
      at += 1
      return at < page.length ? undefined : turn()
    },
  }
}

const isBefore = (a: Keyed, b: Keyed): boolean =>
  a.connection === b.connection ? a.member < b.member : a.connection < b.connection
const isSame = (a: Keyed, b: Keyed): boolean => a.member === b.member && a.connection === b.connection

const firstOf = (readers: readonly Reader[]): Keyed | undefined => {
  let first: Keyed | undefined
  for (const reader of readers) {
    const head = reader.head()
    if (head !== undefined && (first === undefined || isBefore(head, first))) first = head
  }
  return first
}

/** Past this person; a promise only where a page ended on the way. */
const pass = (reader: Reader, person: Keyed): Promise<void> | undefined => {
  for (let head = reader.head(); head !== undefined && isSame(head, person); head = reader.head()) {
    const turned = reader.next()
    if (turned !== undefined) return turned.then(() => pass(reader, person))
  }
  return undefined
}

/** The least that reading the streams side by side can cost: people are counted, and nothing is made of them. */
export const bareMerge = async ({ targets, ownership, accounts, others }: PlanStreams): Promise<number> => {
  const readers = [readerOf(targets), readerOf(ownership), readerOf(accounts)]
  for (const reader of readers) await reader.next()
  let people = 0
  for (let person = firstOf(readers); person !== undefined; person = firstOf(readers)) {
    people += 1
    for (const reader of readers) {
      const turned = pass(reader, person)
      if (turned !== undefined) await turned
    }
  }
  for await (const page of others) people += page.length
  return people
}
