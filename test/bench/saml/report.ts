import type { Bundle } from './bundles.ts'
import type { HookTimes } from './hooks.ts'
import type { Slow } from './hostile.ts'
import type { Verified } from './verification.ts'

const number = (value: number): string => (value >= 100 ? Math.round(value).toString() : value.toFixed(2))

const aligned = (rows: readonly (readonly string[])[]): string => {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, n) =>
    Math.max(...rows.map((row) => row[n]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

export const tables = (found: {
  readonly verification: readonly Verified[]
  readonly hostile: readonly Slow[]
  readonly hooks: HookTimes
  readonly bundles: readonly Bundle[]
}): string => {
  const verification = found.verification.map((one) => [
    `${one.groups} groups`,
    number(one.kilobytes),
    ...[one.ours.p50, one.ours.p95, one.samlify.p50, one.samlify.p95].map(number),
    `${one.ratio.toFixed(2)} ×`,
  ])
  const hostile = found.hostile
    .slice(0, 5)
    .map(({ id, milliseconds, outcome }) => [id, number(milliseconds), outcome])
  const bundles = found.bundles.map((one) => [
    one.name,
    number(one.kilobytes),
    number(one.gzipped),
    number(one.import),
  ])
  return [
    '',
    'Verification of one response, milliseconds: every check of ours beside bare samlify (parseLoginResponse) with the same libxml2 and schemas',
    aligned([['', 'kB', 'p50', 'p95', 'samlify p50', 'samlify p95', 'ratio'], ...verification]),
    '',
    `The slowest of ${found.hostile.length} hostile messages, milliseconds`,
    aligned([['', 'median', 'outcome'], ...hostile]),
    '',
    `Okta's hook, warm, ${found.hooks.calls} calls one after the other, the store on loopback: p50 ${number(found.hooks.p50)} ms, p95 ${number(found.hooks.p95)} ms (goal: under 20 ms)`,
    '',
    'What each function weighs, kB, and how long a new process takes to import it, milliseconds',
    aligned([['', 'minified', 'gzip', 'import'], ...bundles]),
    '',
  ].join('\n')
}
