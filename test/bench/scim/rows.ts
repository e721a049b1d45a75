/** Rows as plain values, and as DynamoDB JSON. */
export const tableName = 'bench'

type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }
export type Row = { readonly [name: string]: Value }
type Typed = Readonly<Record<string, unknown>>

const typed = (value: Value): Typed => {
  if (value === null) return { NULL: true }
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (Array.isArray(value)) return { L: value.map(typed) }
  return { M: typedRow(value as Row) }
}
const typedRow = (row: Row): Typed =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typed(value)]))

export function* typedRows(rows: Iterable<Row>): Iterable<Typed> {
  for (const row of rows) yield typedRow(row)
}
