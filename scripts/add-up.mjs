// Adds up test reports and failed stages: prints `N passed, N failed` as the last line and exits 1 when anything failed, a report is missing, or a test
// was skipped in the last report: that is the run on Amazon's engine, for which others may be skipped.
import { existsSync, readFileSync } from 'node:fs'

const [stages, ...reports] = process.argv.slice(2)
const read = (file) => {
  if (!existsSync(file)) return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 }
  return JSON.parse(readFileSync(file, 'utf8'))
}
const sum = (name) => reports.map(read).reduce((total, report) => total + report[name], 0)
const skipped = read(reports.at(-1)).numPendingTests
if (skipped > 0) console.log(`${skipped} tests were skipped on the engine they are for`)
const failed = sum('numFailedTests') + Number(stages) + skipped
console.log(`\n${sum('numPassedTests')} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
