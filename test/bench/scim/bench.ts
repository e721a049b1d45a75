import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { contest, type Pace } from './contest.ts'
import { fullWorld, quickWorld } from './people.ts'
import { tableOf } from './report.ts'
import { requirements } from './requirements.ts'
import { countValidation } from './validation-count.ts'

/** npm run bench:scim: our service provider beside scimmy-routers, over memory and over the embedded DynamoDB. */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    runs: { type: 'string' },
  },
})
const quick = values.quick
const world = quick ? quickWorld : fullWorld
const pace: Pace = {
  runs: Number(values.runs ?? (quick ? 3 : 5)),
  perLine: quick ? 150 : 250,
  atOnce: 8,
  patience: quick ? 2_000 : 6_000,
  bound: quick ? 10_000 : 40_000,
}
const say = (text: string): void => console.error(`  ${text}`)

const started = performance.now()
const validation = await countValidation()
const contests = [
  await contest('memory', world, quick, pace, say),
  await contest('dynamodb', world, quick, pace, say),
]
for (const one of contests) console.log(tableOf(one, pace))
const results = requirements(contests, validation, quick)
for (const { text, isMet } of results) console.log(`${isMet ? 'pass' : 'FAIL'}  ${text}`)
const seconds = Math.round((performance.now() - started) / 1000)
console.log(
  `\n${results.filter(({ isMet }) => isMet).length} of ${results.length} requirements met, in ${seconds} s`,
)
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ world, pace, contests, validation, requirements: results }, null, 2)}\n`,
  )
process.exit(results.every(({ isMet }) => isMet) ? 0 : 1)
