// A house of its own process, to be killed: prints where it is, and kills itself after the given number of commits.
import { appendFileSync } from 'node:fs'
import { openHouse } from '../../../infra/local/house.ts'
import { duePrefix } from '../../../lib/store/keys.ts'

const [data = '', token = '', dieAfter = '0'] = process.argv.slice(2)
const house = await openHouse({
  data,
  port: 0,
  simulatorsPort: 0,
  reconcileEvery: 86_400,
  sweepEvery: 2,
  demoToken: token,
  logLevel: 'ERROR',
})
const textOf = (attribute: unknown): string => (attribute as { readonly S?: string } | undefined)?.S ?? ''
let stored = false
let writes = 0
if (Number(dieAfter) > 0) {
  // A due item is inserted with every change of the directory, and with nothing else.
  house.engine.tap((images) => {
    const due = images.some(({ before, after }) => !before && textOf(after?.pk).startsWith(duePrefix))
    if (due) stored = true
  })
  house.engine.inject({
    // The change is stored; its HTTP answer, and the SCIM answer behind it, are not on their way yet.
    afterCommit: () => {
      if (stored) writes += 1
      stored = false
      if (writes < Number(dieAfter)) return
      appendFileSync(`${data}.kills`, 'x')
      process.kill(process.pid, 'SIGKILL')
    },
  })
}
process.stdout.write(`${JSON.stringify({ url: house.url, simulators: house.simulators.url })}\n`)
