import { defineConfig } from 'vitest/config'

// The report file lets .ci/run add up the figures of several runs.
const report = process.env.TEST_REPORT
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    setupFiles: ['test/support/fuzz-seed.ts'],
    // Most of the long tests wait for a platform's pace or for a process to start: more workers than processors keep both busy.
    maxWorkers: 4,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
