import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const longest = [
  'e2e/crash/',
  'docs/commands',
  'provisioning/crash',
  'contract/immybot-journeys',
  'provisioning/faults',
  'cli/cli',
  'local/demo',
  'provisioning/holds',
  'scim/pains/platform',
  'local/house',
  'infra/bundles',
]

/** What takes longest begins first, so that nobody waits for it alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.includes(`/test/${name}`))
      return found < 0 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

// The report file lets .ci/run add up the figures of several runs.
const report = process.env.TEST_REPORT
const all = 'test/**/*.test.ts'
/** What starts processes, loads functions with an environment of their own or holds a data directory: each file in a process of its own. */
const houses = 'test/{local,e2e,docs,infra}/**/*.test.ts'

/** Logins at foreign identity providers: scripts/foreign-idps.sh installs those and says which is meant. */
const foreign = 'test/foreign/**/*.test.ts'
const abroad = process.env.SIMPLESAMLPHP !== undefined || process.env.PYSAML2_PYTHON !== undefined

export default defineConfig({
  test: {
    projects: [
      // A file leaves nothing behind that reaches another (test/support/environment.ts): they share what was loaded.
      { extends: true, test: { name: 'shared', include: [all], exclude: [houses, foreign], isolate: false } },
      { extends: true, test: { name: 'house', include: [houses] } },
      ...(abroad ? [{ extends: true as const, test: { name: 'foreign', include: [foreign] } }] : []),
    ],
    pool: 'forks',
    setupFiles: ['test/support/environment.ts', 'test/support/fuzz-seed.ts'],
    sequence: { sequencer: LongestFirst },
    // Most of the long tests wait for a platform's pace or for a process to start: more workers than processors keep both busy.
    maxWorkers: 4,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
