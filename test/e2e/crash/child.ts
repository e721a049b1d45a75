// A house that is killed: the parent says after which write. Runs as a process of its own, because SIGKILL knows no tests.
import { openHouse } from '../../../infra/local/house.ts'
import { demoToken } from '../town.ts'

export type Order = { readonly killAfterWrites: number }

// Limits out of the way: here everything that was pushed has to arrive.
const configuration = `version: 1
connections:
  - { id: demo, domains: [demo.test] }
communities:
  - id: demo-soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: http://127.0.0.1:8081/sekoia
    credentials: file:.rolecall/secrets/demo-soc
    mode: enforce
    requestsPerSecond: 50
    onDeparture: { then: suspend, removeAfter: 30d }
    safety: { departures: { fraction: 1, floor: 1000 }, revocations: { fraction: 1, floor: 1000 } }
    roles:
      - { id: analyst, builtin: Analyst }
      - { id: tier1, custom: SOC tier 1, description: Triage of alerts, permissions: [SIC_READ_ALERTS] }
      - { id: edr, restricted: EDR Paris, description: Alerts of one intake, permissions: [SIC_READ_ALERTS], intakes: [EDR - Paris] }
rules:
  - { id: analyst, when: { group: { equals: SOC-Analysts } }, grant: [{ community: demo-soc, role: analyst }] }
  - { id: tier1, when: { group: { equals: SOC-Tier1 } }, grant: [{ community: demo-soc, role: tier1 }] }
  - { id: edr, when: { group: { equals: EDR-Paris } }, grant: [{ community: demo-soc, role: edr }] }
`
const [data = ''] = process.argv.slice(2)
const house = await openHouse({
  data,
  port: 0,
  simulatorsPort: 0,
  reconcileEvery: 3600,
  // A killed worker's lease runs out after half a minute; nobody here wants to wait for the next full minute, too.
  sweepEvery: 2,
  demoToken,
  configuration,
  logLevel: 'SILENT',
})
process.on('message', ({ killAfterWrites }: Order) => {
  let left = killAfterWrites
  house.engine.inject({
    afterCommit: (operation) => {
      // The write is in the engine, its answer is not on the wire yet: the moment nobody can see from outside.
      if (operation === 'TransactWriteItems' && --left === 0) process.kill(process.pid, 'SIGKILL')
    },
  })
})
process.send?.({ url: house.url, simulators: house.simulators.url })
