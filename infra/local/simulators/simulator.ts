/** One platform as seen from outside. Everything is synchronous and in memory: what was answered is what the state says. */
export type SimulatedRequest = {
  readonly method: string
  /** Below the simulator's own prefix, as sent: `/v1/…`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export type SimulatedAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** `hang`: never answered. `lose`: the work was done, the connection dies before the answer. */
  readonly fate: 'answer' | 'hang' | 'lose'
}

export type Simulator = {
  readonly handle: (request: SimulatedRequest) => SimulatedAnswer
  /** A plain JSON value from which the same simulator can be made again. */
  readonly state: () => unknown
}

export const jsonAnswer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatedAnswer => ({
  status,
  headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  body: body === undefined ? '' : JSON.stringify(body),
  fate: 'answer',
})
