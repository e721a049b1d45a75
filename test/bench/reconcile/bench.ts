import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { answerTable, benchAnswer } from './answer.ts'
import { benchPlanner, plannerTable } from './planner.ts'
import { benchWhole, wholeTable } from './whole.ts'

/** npm run bench:reconcile: the planner on streams, a whole reconciliation, and how soon a wish shows on the platform. */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const quick = values.quick
/** Members and rounds. */
const planned = quick
  ? ([
      [10_000, 3],
      [100_000, 1],
      [1_000_000, 1],
    ] as const)
  : ([
      [10_000, 7],
      [100_000, 5],
      [1_000_000, 3],
    ] as const)
const say = (text: string): void => console.error(`  ${text}`)

const started = performance.now()
const planner = await benchPlanner(planned, say)
const whole = await benchWhole(quick ? [1_000, 5_000] : [10_000, 100_000], say)
const answer = await benchAnswer(quick ? 8 : 40, say)
console.log(plannerTable(planner.measures))
console.log(wholeTable(whole.measures))
console.log(answerTable(answer))
const requirements = [...planner.requirements, ...whole.requirements]
for (const { text, isMet } of requirements) console.log(`${isMet ? 'pass' : 'FAIL'}  ${text}`)
const took = Math.round((performance.now() - started) / 1_000)
console.log(
  `\n${requirements.filter(({ isMet }) => isMet).length} of ${requirements.length} requirements met, in ${took} s`,
)
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ planner: planner.measures, whole: whole.measures, answer, requirements }, null, 2)}\n`,
  )
process.exit(requirements.every(({ isMet }) => isMet) ? 0 : 1)
