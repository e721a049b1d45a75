/**
 * `npm run check`: everything a change must pass, each stage with its time; one closing line; exit 1 when a stage failed. `-- --without-tests` is for
 * whoever ran `npm test` just before.
 */
import { spawnSync } from 'node:child_process'
import { styleText } from 'node:util'

const stages = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['--project', '.'] },
  { name: 'dependency direction', command: 'depcruise', args: ['lib', 'functions', 'infra'] },
  { name: 'unused code', command: 'knip', args: [] },
  { name: 'tests', command: 'vitest', args: ['run'] },
  { name: 'synth', command: 'cdk', args: ['synth', '--quiet'] },
] as const

const colour = (style: 'green' | 'red' | 'bold', text: string): string =>
  process.stdout.isTTY ? styleText(style, text) : text

const wanted = stages.filter(({ name }) => name !== 'tests' || !process.argv.includes('--without-tests'))

const results = wanted.map((stage) => {
  console.log(colour('bold', `\n── ${stage.name}: ${stage.command} ${stage.args.join(' ')}`))
  const started = performance.now()
  const { status, error } = spawnSync(stage.command, stage.args, { stdio: 'inherit' })
  if (error !== undefined) console.error(error.message)
  const passed = status === 0
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(
    `stage ${stage.name}: ${passed ? colour('green', 'passed') : colour('red', 'FAILED')} in ${seconds} s`,
  )
  return passed
})

const failed = results.filter((passed) => !passed).length
console.log(`\ncheck: ${results.length - failed} stages passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
