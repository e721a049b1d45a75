import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Report = {
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}
const cruise = (...paths: readonly string[]): Report => {
  const result = spawnSync('depcruise', ['--output-type', 'json', ...paths], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return JSON.parse(result.stdout) as Report
}
const modules = execFileSync('git', ['ls-files', 'lib/**/*.ts', 'functions/*.ts', 'infra/**/*.ts'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')

describe('the dependency direction', () => {
  it('is kept by every module, and the rules saw them all', () => {
    const { summary } = cruise('lib', 'functions', 'infra')
    expect(summary.violations.map((each) => `${each.rule.name}: ${each.from} → ${each.to}`)).toEqual([])
    expect(modules.length).toBeGreaterThan(20)
    expect(summary.totalCruised).toBeGreaterThanOrEqual(modules.length)
  })

  it('would be noticed if broken', () => {
    // Outside lib/core a probe would break other tests that read the tree at the same time; one file, removed at once.
    const folder = 'lib/core/probe-of-the-dependency-rules'
    mkdirSync(folder, { recursive: true })
    try {
      writeFileSync(
        `${folder}/probe.ts`,
        "import { readFileSync } from 'node:fs'\nimport '../../store/keys.ts'\nexport const probe = readFileSync\n",
      )
      const { summary } = cruise(folder)
      expect(new Set(summary.violations.map((each) => each.rule.name))).toContain('core-is-pure')
      expect(summary.violations.map((each) => each.to)).toContain('lib/store/keys.ts')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
