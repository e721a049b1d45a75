import { vi } from 'vitest'
import type { Quirk } from '../../../lib/scim/quirks.ts'
import { openScim, type Scim } from '../support/service.ts'
import type { Party } from './dialogue.ts'

export type Quirks = Partial<Record<Quirk, number>>

/** One line of the function's log about one request. */
export type Line = {
  readonly connection: string
  readonly operation: string
  readonly status: number
  readonly quirks: Quirks
  readonly groupCycles?: readonly string[]
}

/** The deployed function, each identity provider at a connection of its own, and what the function logs about them. */
export type Parties = {
  readonly scim: Scim
  readonly party: (connection: string) => Promise<Party>
  readonly lines: () => readonly Line[]
  /** Tolerances used by one connection, by name: as the log has them. */
  readonly quirksOf: (connection: string) => Quirks
  /** The same as CloudWatch gets them. */
  readonly metricsOf: (connection: string) => Quirks
  readonly close: () => Promise<void>
}

type Metric = { readonly connection: string; readonly quirk: string; readonly Quirk: number }

const read = (text: string): object => (text.startsWith('{') ? JSON.parse(text) : {})
const isLine = (line: object): line is Line =>
  'message' in line && String(line.message).startsWith('scim request')
/** CloudWatch's embedded metric format: the value beside its dimensions. */
const isMetric = (line: object): line is Metric => '_aws' in line && 'Quirk' in line

const summed = (counts: readonly (readonly [name: string, times: number])[]): Quirks => {
  const total: Record<string, number> = {}
  for (const [name, times] of counts) total[name] = (total[name] ?? 0) + times
  return total
}

export const openParties = async (): Promise<Parties> => {
  const scim = await openScim('INFO')
  // Switched off for every other test of the function.
  process.env.POWERTOOLS_METRICS_DISABLED = 'false'
  const seen: object[] = []
  const sink = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    seen.push(...String(chunk).split('\n').map(read))
    return true
  })
  return {
    scim,
    party: async (connection) => {
      const { token } = await scim.credential({ connection })
      return {
        baseUrl: `https://scim.example.test/${connection}/scim/v2`,
        send: (sent) => scim.send({ ...sent, connection, token }),
      }
    },
    lines: () => seen.filter(isLine),
    quirksOf: (connection) =>
      summed(
        seen
          .filter(isLine)
          .filter((line) => line.connection === connection)
          .flatMap(({ quirks }) => Object.entries(quirks)),
      ),
    metricsOf: (connection) =>
      summed(
        seen
          .filter(isMetric)
          .filter((line) => line.connection === connection)
          .map(({ quirk, Quirk }) => [quirk, Quirk]),
      ),
    close: async () => {
      sink.mockRestore()
      await scim.close()
    },
  }
}
