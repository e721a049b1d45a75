// A house of its own process, to be killed: prints where it is, and kills itself after the given number of commits.
import { openHouse } from '../../../infra/local/house.ts'

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
let commits = 0
if (Number(dieAfter) > 0)
  house.engine.inject({
    // The write is stored; its HTTP answer, and the SCIM answer behind it, are not on their way yet.
    afterCommit: () => {
      commits += 1
      if (commits >= Number(dieAfter)) process.kill(process.pid, 'SIGKILL')
    },
  })
process.stdout.write(`${JSON.stringify({ url: house.url, simulators: house.simulators.url })}\n`)
