import { emailOf } from './accounts.ts'
import type { AvatarShape } from './shapes.ts'

/** Newest first, page by page. */
export type ReadNewest = (offset: number) => Promise<readonly AvatarShape[]>

/**
 * Who came since the whole list was last read: a plan made by that list may be minutes old. Members cannot be searched by address, so the newest are
 * read back to those seen the last time, mostly one page, and their addresses are remembered.
 */
export type Newcomers = {
  /** The whole list was read. */
  readonly listed: () => void
  /** `undefined` for somebody who came and went, too. */
  readonly find: (email: string) => Promise<AvatarShape | undefined>
}

const pageSize = 100
/** Further back than this there is no use in going on: the next whole list shows it. */
const mostPages = 5

export const createNewcomers = (
  read: ReadNewest,
  byId: (id: string) => Promise<AvatarShape | undefined>,
): Newcomers => {
  /** The newest when they were last read. */
  let known: ReadonlySet<string> = new Set()
  let came = new Map<string, string>()

  const readBack = async (): Promise<readonly AvatarShape[]> => {
    const found: AvatarShape[] = []
    for (let page = 0; page < mostPages; page += 1) {
      const next = await read(page * pageSize)
      found.push(...next)
      if (next.length < pageSize || known.size === 0 || next.some(({ uuid }) => known.has(uuid))) break
    }
    return found
  }

  return {
    listed: () => {
      came = new Map()
    },
    find: async (email) => {
      const found = await readBack()
      known = new Set(found.slice(0, pageSize).map(({ uuid }) => uuid))
      const seen = found.find((avatar) => emailOf(avatar) === email)
      const before = came.get(email)
      for (const avatar of found) came.set(emailOf(avatar) ?? '', avatar.uuid)
      return seen ?? (before === undefined ? undefined : byId(before))
    },
  }
}
