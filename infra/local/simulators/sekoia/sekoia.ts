import { randomUUID } from 'node:crypto'
import { jsonAnswer, type SimulatedAnswer, type SimulatedRequest, type Simulator } from '../simulator.ts'
import { demoWorld } from './demo.ts'
import { createDispatch } from './dispatch.ts'
import { type Edit, edited } from './edits.ts'
import { createFaults, type Fault, halved } from './faults.ts'
import { createFirewall } from './firewall.ts'
import { afterMidnight } from './midnight.ts'
import type { Answer } from './routing.ts'
import type { Switches, World } from './world.ts'

export type LoggedRequest = { readonly method: string; readonly path: string; readonly status: number }

/** The test's and the demo's hand on the platform; also over HTTP at `/sekoia/_control/…`. */
export type SekoiaControl = {
  readonly world: () => World
  readonly edit: (...edits: readonly Edit[]) => void
  readonly switches: (next: Partial<Switches>) => void
  readonly faults: (next: readonly Fault[]) => void
  /** Seconds the platform's clock is ahead. */
  readonly clock: (offset: number) => void
  /** Back to the demo world, or to the one given; faults, log and block are forgotten. */
  readonly reset: (world?: World) => void
  /** Requests since the last reset, oldest first (the last 20,000). */
  readonly requests: () => readonly LoggedRequest[]
}

export type SekoiaOptions = {
  readonly state?: unknown
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly newId?: () => string
  readonly changed?: () => void
}

const logged = 20_000

const control = (hand: SekoiaControl, name: string, request: SimulatedRequest): SimulatedAnswer => {
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
      return jsonAnswer(200, hand.world().switches)
    case 'POST faults':
      hand.faults(body as readonly Fault[])
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

export const createSekoia = (
  options: SekoiaOptions = {},
): Simulator & { readonly control: SekoiaControl } => {
  const newId = options.newId ?? randomUUID
  const dispatch = createDispatch(newId)
  const faults = createFaults()
  const firewall = createFirewall()
  let world = (options.state as World | undefined) ?? demoWorld()
  let requests: readonly LoggedRequest[] = []

  const commit = (next: World): void => {
    if (next === world) return
    world = next
    options.changed?.()
  }
  const milliseconds = (): number => (options.now ?? Date.now)() + world.clockOffset * 1000
  const now = (): string => new Date(milliseconds()).toISOString()

  const hand: SekoiaControl = {
    world: () => world,
    edit: (...edits) =>
      commit(edits.reduce((soFar, edit) => edited(soFar, edit, { now: now(), newId }), world)),
    switches: (next) => commit({ ...world, switches: { ...world.switches, ...next } }),
    faults: faults.set,
    clock: (clockOffset) => commit({ ...world, clockOffset }),
    reset: (next) => {
      faults.set([])
      firewall.reset()
      requests = []
      commit(next ?? demoWorld())
    },
    requests: () => requests,
  }

  const served = (request: SimulatedRequest): SimulatedAnswer => {
    const answer: Answer = dispatch(world, request, now())
    if (answer.world !== undefined) commit(answer.world)
    return jsonAnswer(answer.status, answer.body)
  }

  const faulty = (request: SimulatedRequest, fault: Fault): SimulatedAnswer => {
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
    const blocked = firewall.blockedFor(milliseconds())
    if (blocked > 0)
      return jsonAnswer(
        429,
        { message: 'Too many requests', code: 'WAF' },
        world.switches.retryAfter ? { 'retry-after': String(blocked) } : {},
      )
    commit(afterMidnight(world, now()))
    const fault = faults.next(request)
    const answer = fault === undefined ? served(request) : faulty(request, fault)
    firewall.answered(answer.status, milliseconds(), world.switches.errorBlock)
    return answer
  }

  return {
    control: hand,
    state: () => world,
    handle: (request) => {
      if (request.path.startsWith('/_control/')) return control(hand, request.path.slice(10), request)
      const answer = answered(request)
      const entry = { method: request.method, path: request.path, status: answer.status }
      requests = [...requests.slice(-logged + 1), entry]
      return answer
    },
  }
}
