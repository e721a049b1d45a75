import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { benchBundles } from './bundles.ts'
import { benchHooks } from './hooks.ts'
import { benchHostile } from './hostile.ts'
import { tables } from './report.ts'
import { benchVerification } from './verification.ts'

/** npm run bench:saml: what verifying costs beside bare samlify, what hostile messages cost, the hooks, and what each function weighs. */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const quick = values.quick
/** Groups, rounds, messages of each per round. */
const sizes = quick
  ? ([
      [10, 7, 10],
      [150, 3, 4],
      [1000, 1, 3],
    ] as const)
  : ([
      [10, 25, 20],
      [150, 15, 10],
      [1000, 7, 5],
    ] as const)
/** Of samlify's time at 10 groups. */
const bound = 1.5

const started = performance.now()
const verification = await benchVerification(sizes)
const hostile = benchHostile(quick ? 1 : 5)
const hooks = await benchHooks(quick ? 200 : 1000)
const bundles = await benchBundles(quick ? 2 : 5)
console.log(tables({ verification, hostile, hooks, bundles }))

const ratio = verification[0]?.ratio ?? Number.NaN
const free = bundles.filter(({ name }) => name === 'scim' || name === 'hooks')
const requirements = [
  {
    text: `verification at 10 groups: ${ratio.toFixed(2)} × bare samlify with the same validator, at most ${bound} ×`,
    isMet: ratio <= bound,
  },
  {
    text: 'scim and hooks are free of samlify and libxml2',
    isMet: free.length === 2 && free.every(({ ofSaml }) => ofSaml.length === 0),
  },
]
for (const { text, isMet } of requirements) console.log(`${isMet ? 'pass' : 'FAIL'}  ${text}`)
const took = Math.round((performance.now() - started) / 1000)
console.log(
  `\n${requirements.filter(({ isMet }) => isMet).length} of ${requirements.length} requirements met, in ${took} s`,
)
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ verification, hostile: hostile.slice(0, 10), hooks, bundles, requirements }, null, 2)}\n`,
  )
process.exit(requirements.every(({ isMet }) => isMet) ? 0 : 1)
