import type { Contest, Measured, Pace } from './contest.ts'

const number = (value: number): string => {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
const units = (value: number | undefined): string =>
  value === undefined ? '–' : number(value).replace(/\.00$/, '')

const headings = ['', 'req/s', 'p50 ms', 'p95 ms', 'units', 'req/s', 'p50 ms', 'p95 ms', 'units', 'ratio']

const cells = (one: Measured): readonly string[] => [
  `${number(one.perSecond)}${one.once ? ' *' : ''}`,
  number(one.p50),
  number(one.p95),
  units(one.units),
]

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

export const ratioOf = (ours: Measured, peer: Measured): number => ours.perSecond / peer.perSecond

/** Ours in the first four columns, the peer in the next. */
export const tableOf = ({ below, ours, peer }: Contest, { runs, atOnce, patience, bound }: Pace): string => {
  const rows = ours.map((one, n) => {
    const other = peer[n] ?? one
    const ratio = `${other.beyond ? '> ' : ''}${number(ratioOf(one, other))} ×`
    return [one.line, ...cells(one), ...cells(other), ratio]
  })
  const once = [...ours, ...peer].some((one) => one.once)
  return [
    '',
    `Rolecall (left) and scimmy-routers on Express (right) over ${below === 'memory' ? 'an in-memory store' : 'the embedded DynamoDB, in the same process'}`,
    `medians of ${runs} alternating runs; p50 and p95 with one request at a time, requests per second with ${atOnce} (one, where a request takes long)`,
    '',
    aligned([headings, ...rows]),
    ...(once
      ? [
          '',
          `* takes longer than ${patience / 1000} s: sent once, when the runs were over, and given up after ${bound / 1000} s`,
        ]
      : []),
    '',
  ].join('\n')
}
