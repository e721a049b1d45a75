import { queryValue } from './checks.ts'
import { type Answer, type Call, ok } from './routing.ts'

/** DevExtreme's load options. `Skip`, `Take` and one plain `Filter` are served, the others accepted and without effect. */
export const devextremeQuery = [
  'RequireTotalCount',
  'RequireGroupCount',
  'IsCountQuery',
  'IsSummaryQuery',
  'Skip',
  'Take',
  'Sort',
  'Group',
  'Filter',
  'TotalSummary',
  'GroupSummary',
  'Select',
  'PreSelect',
  'RemoteSelect',
  'RemoteGrouping',
  'ExpandLinqSumType',
  'PrimaryKey',
  'DefaultSort',
  'StringToLower',
  'PaginateViaPrimaryKey',
  'SortByPrimaryKey',
  'AllowAsyncOverSync',
] as const

type Shown = Readonly<Record<string, unknown>>

const filtered = (items: readonly Shown[], written: string | undefined): readonly Shown[] => {
  if (written === undefined) return items
  try {
    const parsed: unknown = JSON.parse(written)
    if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[1] !== '=') return items
    const [field, , wanted] = parsed
    return items.filter((one) => one[String(field)] === wanted)
  } catch {
    return items
  }
}

/** An array, or an object around it: both are documented. */
export const loaded = (call: Call, items: readonly Shown[]): Answer => {
  const option = (wanted: string): string | undefined => queryValue(call.query, wanted)
  const found = filtered(items, option('Filter'))
  const from = Number(option('Skip') ?? '0')
  const take = option('Take')
  const { pageCap } = call.world.switches
  const sizes = [take === undefined ? 0 : Number(take), pageCap].filter((one) => one > 0)
  const data = found.slice(from, sizes.length === 0 ? undefined : from + Math.min(...sizes))
  if (call.world.switches.dx === 'array') return ok(data)
  const counts = option('RequireTotalCount')?.toLowerCase() === 'true'
  return ok({ data, totalCount: counts ? found.length : -1, groupCount: -1, summary: null })
}
