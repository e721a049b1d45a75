import { createFaults, type Fault, halved } from './faults.ts'
import { jsonAnswer, type SimulatedAnswer, type SimulatedRequest, type Simulator } from './simulator.ts'

/** What every simulated platform has around it: state, hand edits, faults, a clock, a log; each brings its own world and its own way to answer. */
export type LoggedRequest = { readonly method: string; readonly path: string; readonly status: number }

/** The test's and the demo's hand on a platform; also over HTTP at `/<platform>/_control/…`. */
export type Control<World, Edit, Switches> = {
  readonly world: () => World
  readonly edit: (...edits: readonly Edit[]) => void
  readonly switches: (next: Partial<Switches>) => void
  readonly faults: (next: readonly Fault<Edit>[]) => void
  /** Seconds the platform's clock is ahead. */
  readonly clock: (offset: number) => void
  /** Back to the demo world, or to the one given; faults and log are forgotten. */
  readonly reset: (world?: World) => void
  /** Requests since the last reset, oldest first (the last 20,000). */
  readonly requests: () => readonly LoggedRequest[]
}

export type StandOptions = {
  readonly state?: unknown
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly newId?: () => string
  readonly changed?: () => void
}

/** `world` is there when the request changed something. A `body` that is text is sent as HTML. */
export type Answer<World> = {
  readonly status: number
  readonly body?: unknown
  readonly world?: World
  /** Beside or instead of the content type. */
  readonly headers?: Readonly<Record<string, string>>
}

export type Play<World, Edit> = {
  readonly demo: () => World
  /** What a person at the platform's own page, or time, does. */
  readonly edited: (world: World, edit: Edit, at: { readonly now: string }) => World
  readonly served: (world: World, request: SimulatedRequest, now: string) => Answer<World>
  /** Before any fault or work: what the platform refuses by itself, such as a caller it has blocked. */
  readonly turnedAway?: (world: World, now: number) => SimulatedAnswer | undefined
  /** What time alone changes. */
  readonly passed?: (world: World, now: string) => World
  /** Each answer, for platforms that count them. */
  readonly answered?: (world: World, status: number, now: number) => void
  /** With the log and the faults, what is kept beside the world is forgotten. */
  readonly forget?: () => void
}

type Kept<Switches> = { readonly switches: Switches; readonly clockOffset: number }

const logged = 20_000

const control = <World, Edit, Switches>(
  hand: Control<World, Edit, Switches>,
  request: SimulatedRequest,
): SimulatedAnswer => {
  const name = request.path.slice('/_control/'.length)
  const body: unknown = request.body === '' ? undefined : JSON.parse(request.body)
  switch (`${request.method} ${name}`) {
    case 'GET state':
      return jsonAnswer(200, hand.world())
    case 'GET requests':
      return jsonAnswer(200, hand.requests())
    case 'POST edits':
      hand.edit(...(body as readonly Edit[]))
      return jsonAnswer(200, hand.world())
    case 'POST switches':
      hand.switches(body as Partial<Switches>)
      return jsonAnswer(200, (hand.world() as Kept<Switches>).switches)
    case 'POST faults':
      hand.faults(body as readonly Fault<Edit>[])
      return jsonAnswer(200, {})
    case 'POST clock':
      hand.clock((body as { offset: number }).offset)
      return jsonAnswer(200, {})
    case 'POST reset':
      hand.reset(body as World | undefined)
      return jsonAnswer(200, {})
    default:
      return jsonAnswer(404, { message: 'state, requests, edits, switches, faults, clock, reset' })
  }
}

const written = <World>({ status, body, headers }: Answer<World>): SimulatedAnswer =>
  typeof body === 'string'
    ? { status, headers: { 'content-type': 'text/html', ...headers }, body, fate: 'answer' }
    : jsonAnswer(status, body, headers)

export const createStand = <Switches, World extends Kept<Switches>, Edit>(
  play: Play<World, Edit>,
  options: StandOptions,
): Simulator & { readonly control: Control<World, Edit, Switches> } => {
  const faults = createFaults<Edit>()
  let world = (options.state as World | undefined) ?? play.demo()
  let requests: readonly LoggedRequest[] = []

  const commit = (next: World): void => {
    if (next === world) return
    world = next
    options.changed?.()
  }
  const milliseconds = (): number => (options.now ?? Date.now)() + world.clockOffset * 1000
  const now = (): string => new Date(milliseconds()).toISOString()

  const hand: Control<World, Edit, Switches> = {
    world: () => world,
    edit: (...edits) =>
      commit(edits.reduce((soFar, edit) => play.edited(soFar, edit, { now: now() }), world)),
    switches: (next) => commit({ ...world, switches: { ...world.switches, ...next } }),
    faults: faults.set,
    clock: (clockOffset) => commit({ ...world, clockOffset }),
    reset: (next) => {
      faults.set([])
      play.forget?.()
      requests = []
      commit(next ?? play.demo())
    },
    requests: () => requests,
  }

  const served = (request: SimulatedRequest): SimulatedAnswer => {
    const answer = play.served(world, request, now())
    if (answer.world !== undefined) commit(answer.world)
    return written(answer)
  }

  const faulty = (request: SimulatedRequest, fault: Fault<Edit>): SimulatedAnswer => {
    switch (fault.kind) {
      case 'status':
        return jsonAnswer(
          fault.status,
          { message: 'injected', code: 'SIM' },
          fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
        )
      case 'hang':
        return { ...jsonAnswer(200, {}), fate: 'hang' }
      case 'lostAnswer':
        return { ...served(request), fate: 'lose' }
      case 'halfList':
        return halved(served(request))
      case 'meanwhile':
        hand.edit(...fault.edits)
        return served(request)
      case 'raw':
        return {
          status: fault.status,
          headers: { 'content-type': fault.contentType },
          body: fault.text,
          fate: 'answer',
        }
    }
  }

  const answered = (request: SimulatedRequest): SimulatedAnswer => {
    const refused = play.turnedAway?.(world, milliseconds())
    if (refused !== undefined) return refused
    if (play.passed !== undefined) commit(play.passed(world, now()))
    const fault = faults.next(request)
    const answer = fault === undefined ? served(request) : faulty(request, fault)
    play.answered?.(world, answer.status, milliseconds())
    return answer
  }

  return {
    control: hand,
    state: () => world,
    handle: (request) => {
      if (request.path.startsWith('/_control/')) return control(hand, request)
      const answer = answered(request)
      const entry = { method: request.method, path: request.path, status: answer.status }
      requests = [...requests.slice(-logged + 1), entry]
      return answer
    },
  }
}
