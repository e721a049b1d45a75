// A house that is killed: the parent says after which write. Runs as a process of its own, because SIGKILL knows no tests.
import { openHouse } from '../../../infra/local/house.ts'
import { configurationOf, ruleFor } from '../configuration.ts'
import { demoToken } from '../town.ts'

export type Order = { readonly killAfterWrites: number }

// Limits out of the way: here everything that was pushed has to arrive.
const configuration = configurationOf({
  more: 'safety: { departures: { fraction: 1, floor: 1000 }, revocations: { fraction: 1, floor: 1000 } }',
  roles: [
    '{ id: tier1, custom: SOC tier 1, description: Triage of alerts, permissions: [SIC_READ_ALERTS] }',
    '{ id: analyst, builtin: Analyst }',
    '{ id: edr, restricted: EDR Paris, description: Alerts of one intake, permissions: [SIC_READ_ALERTS], intakes: [EDR - Paris] }',
  ],
  rules: [ruleFor('SOC-Analysts', 'analyst'), ruleFor('SOC-Tier1', 'tier1'), ruleFor('EDR-Paris', 'edr')],
})
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
