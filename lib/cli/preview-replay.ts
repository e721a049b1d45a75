import { currentOf } from '../console/preview-desk.ts'
import type { Configuration } from '../core/configuration.ts'
import type { ReplayedMember } from '../core/replay.ts'
import { replayedText, replaySummaryText } from '../core/replay-text.ts'
import { replayEverybody } from '../provisioning/replay.ts'
import { type Arguments, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { progressOn } from './progress.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const wantedFrom = (given: Arguments, { connections }: Configuration) => {
  const ids = connections.map(({ id }) => id)
  const wanted = given.text('connection')
  if (wanted === undefined) return ids
  const found = ids.filter((id) => id === wanted)
  if (found.length > 0) return found
  throw usageError(`--connection names none of the configuration; it has ${ids.join(', ') || 'none'}`)
}

/** One JSON value that is never held as a whole: a hundred thousand people may be in it. */
const jsonList = (terminal: Terminal) => {
  let first = true
  terminal.out('{"members":[')
  return {
    add: (replayed: ReplayedMember): void => {
      if (!first) terminal.out(',')
      first = false
      sayJson(terminal, replayed)
    },
    end: (summary: unknown): void => {
      terminal.out('],"summary":')
      sayJson(terminal, summary)
      terminal.out('}')
    },
  }
}

/** Everybody who is stored, by another configuration: each who would gain or lose something as soon as they are found, then the counts. */
export const replayAll = async (
  given: Arguments,
  terminal: Terminal,
  house: House,
  candidate: Configuration,
): Promise<Exit> => {
  const connections = wantedFrom(given, candidate)
  const request = { candidate, current: await currentOf(house) }
  const totals = await Promise.all(
    connections.map(async (id) => (await house.directory.listMembers(id, 1, 0)).total),
  )
  const total = totals.reduce((sum, one) => sum + one, 0)
  const progress = progressOn(terminal, given)
  let read = 0
  const list = given.flag('json') ? jsonList(terminal) : undefined
  const summary = await replayEverybody(house, request, connections, {
    found: (replayed, { userName }) => {
      if (list === undefined) say(terminal, replayedText(replayed, userName))
      else list.add(replayed)
    },
    seen: (members) => {
      read += members
      progress('members', read, total)
    },
    inTime: () => undefined,
  })
  if (list === undefined) say(terminal, replaySummaryText(summary))
  else list.end(summary)
  return summary.changed === 0 ? exits.nothing : exits.pending
}
