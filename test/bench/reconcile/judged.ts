/** One thing that has to hold, with the figures it was judged by. */
export type Requirement = { readonly text: string; readonly isMet: boolean }

export const middle = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
export const share = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN
}

export const count = (value: number): string => Math.round(value).toLocaleString('en')
export const seconds = (milliseconds: number): string =>
  milliseconds < 9_950 ? `${(milliseconds / 1_000).toFixed(2)} s` : `${(milliseconds / 1_000).toFixed(1)} s`

export const aligned = (rows: readonly (readonly string[])[]): string => {
  const columns = rows[0]?.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row.map((cell, n) => (n === 0 ? cell.padEnd(columns[n] ?? 0) : cell.padStart(columns[n] ?? 0))),
    )
    .map((cells) => `  ${cells.join('  ')}`)
    .join('\n')
}
