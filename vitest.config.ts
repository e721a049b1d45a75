import { defineConfig } from 'vitest/config'

// The report file lets .ci/run add up the figures of several runs.
const report = process.env.TEST_REPORT
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
