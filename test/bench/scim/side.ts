import { createServer, type RequestListener } from 'node:http'
import { listen } from '../../../infra/local/listen.ts'
import { fullWorld, quickWorld, type World } from './people.ts'

export type Party = 'ours' | 'peer'
export type Below = 'memory' | 'dynamodb'
/** Capacity units, counted while switched on. */
export type Meter = { on: boolean; units: number }
export type Side = { readonly listener: RequestListener }

type Order =
  | { readonly kind: 'start'; readonly below: Below; readonly quick: boolean }
  | { readonly kind: 'meter'; readonly on: boolean }
  | { readonly kind: 'stop' }

const meter: Meter = { on: false, units: 0 }

const open = async (party: Party, world: World, below: Below): Promise<Side> => {
  // Only what this side needs: SCIMMY's declarations are those of the whole process.
  if (party === 'ours') return (await import('./ours.ts')).openOurs(world, below, meter)
  return (await import('./peer.ts')).openPeer(world, below, meter)
}

const start = async (party: Party, quick: boolean, below: Below): Promise<void> => {
  const side = await open(party, quick ? quickWorld : fullWorld, below)
  const server = createServer(side.listener)
  server.keepAliveTimeout = 600_000
  const { port } = await listen(server, 0)
  process.send?.({ port })
}

const party: Party = process.argv[2] === 'ours' ? 'ours' : 'peer'
process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'start':
      start(party, order.quick, order.below).catch((error: unknown) => {
        console.error(error)
        process.exit(1)
      })
      return
    case 'meter': {
      const { units } = meter
      meter.units = 0
      meter.on = order.on
      process.send?.({ units })
      return
    }
    case 'stop':
      process.exit()
  }
})
