import type { Instant } from '../core/ids.ts'
import { isNewsToday } from '../core/mentions.ts'
import type { DirectoryMentions } from '../core/ports/directory.ts'
import { mapBounded } from './bounded.ts'
import type { Exchange } from './exchange.ts'

const atOnce = 8

/** Puts down that the client spoke of somebody. Beside the request and not worth failing it: the next word of another day tries again. */
export const createMentioned =
  (mentions: DirectoryMentions | undefined, at: Instant, failed: () => void): Exchange['mentioned'] =>
  async (members) => {
    if (mentions === undefined) return
    const news = members.filter((member) => isNewsToday(member, at))
    await mapBounded(news, atOnce, async (member) => {
      try {
        await mentions.mention(member, at)
      } catch {
        failed()
      }
    })
  }
