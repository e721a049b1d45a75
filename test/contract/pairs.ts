/**
 * What vendors leave undocumented, as data: each switch of a simulator with the values it may have. From them come the variants the contract
 * runs on: the defaults, as few more as make every two values of two switches meet, and each switch flipped alone.
 */
export type SwitchValue<Switches> = {
  readonly name: string
  /** What the simulator is set to. */
  readonly set: Partial<Switches>
  /** What an operator of such a platform writes into the configuration; absent: nothing, the adapter has to cope. */
  readonly dialect?: Readonly<Record<string, string>>
}
export type Switch<Switches> = {
  readonly name: string
  /** The first is the default. */
  readonly values: readonly [SwitchValue<Switches>, ...(readonly SwitchValue<Switches>[])]
}

const toldAs = (set: object): string => Object.values(set).map(String).join(', ')

/** A switch the adapter has to cope with. */
export const choice = <Switches>(
  name: string,
  first: NoInfer<Partial<Switches>>,
  ...others: readonly NoInfer<Partial<Switches>>[]
): Switch<Switches> => ({
  name,
  values: [{ name: toldAs(first), set: first }, ...others.map((set) => ({ name: toldAs(set), set }))],
})

/** A switch that the dialect has a setting of the same name for; the default needs none. */
export const setting = <Switches extends object>(
  name: keyof Switches & string,
  first: string,
  ...others: readonly string[]
): Switch<Switches> => {
  const of = (value: string) => ({ name: value, set: { [name]: value } as Partial<Switches> })
  return {
    name,
    values: [of(first), ...others.map((value) => ({ ...of(value), dialect: { [name]: value } }))],
  }
}

/** One platform among those the vendor's documents allow. */
export type Variant<Switches> = {
  readonly name: string
  readonly kind: 'defaults' | 'together' | 'alone'
  /** Names of the switches that are not at their defaults. */
  readonly flipped: readonly string[]
  readonly switches: Partial<Switches>
  readonly dialect: Readonly<Record<string, string>>
}

/** Per switch the number of the value it has. */
export type Row = readonly number[]

const pairKey = (i: number, a: number, j: number, b: number): string => `${i}=${a},${j}=${b}`

const pairsOfRow = (row: Row): readonly string[] =>
  row.flatMap((a, i) => row.slice(i + 1).map((b, offset) => pairKey(i, a, i + 1 + offset, b)))

/** Every pair of values of two switches, in order. */
export const allPairs = (sizes: readonly number[]): readonly string[] =>
  sizes.flatMap((values, i) =>
    sizes
      .slice(i + 1)
      .flatMap((others, offset) =>
        Array.from({ length: values * others }, (_, index) =>
          pairKey(i, Math.floor(index / others), i + 1 + offset, index % others),
        ),
      ),
  )

/** How many missing pairs a value of switch `at` would make with these values of the others. */
const gain = (
  missing: ReadonlySet<string>,
  others: readonly (readonly number[])[],
  at: number,
  value: number,
): number =>
  others.flatMap((values, i) =>
    values.filter(
      (other) =>
        i !== at && missing.has(i < at ? pairKey(i, other, at, value) : pairKey(at, value, i, other)),
    ),
  ).length

/** The value that meets most of what is missing in this row, and among equals the one of which most is missing anywhere. */
const best = (
  missing: ReadonlySet<string>,
  row: readonly (number | undefined)[],
  at: number,
  sizes: readonly number[],
): number => {
  const chosen = row.map((value) => (value === undefined ? [] : [value]))
  const any = sizes.map((size) => [...Array(size).keys()])
  const worth = (value: number): number =>
    gain(missing, chosen, at, value) * 1_000_000 + gain(missing, any, at, value)
  return [...Array(sizes[at]).keys()].reduce((a, b) => (worth(b) > worth(a) ? b : a), 0)
}

/** A row around the first missing pair; each further switch takes the value that meets most of what is missing. */
const rowAround = (missing: ReadonlySet<string>, sizes: readonly number[]): Row => {
  const [first = ''] = missing
  const fixed = new Map(first.split(',').map((part) => part.split('=').map(Number) as [number, number]))
  const start = sizes.map((_, at) => fixed.get(at))
  return sizes.reduce<readonly (number | undefined)[]>(
    (row, _size, at) => (row[at] === undefined ? row.with(at, best(missing, row, at, sizes)) : row),
    start,
  ) as Row
}

/** The defaults (all zero), then rows until no pair of values is missing. */
export const coveringRows = (sizes: readonly number[]): readonly Row[] => {
  const rows: Row[] = [sizes.map(() => 0)]
  const missing = new Set(allPairs(sizes))
  const cover = (row: Row): void => {
    for (const pair of pairsOfRow(row)) missing.delete(pair)
  }
  rows.forEach(cover)
  while (missing.size > 0) {
    const row = rowAround(missing, sizes)
    cover(row)
    rows.push(row)
  }
  return rows
}

/** Each value that is no default, with everything else at its default. */
export const aloneRows = (sizes: readonly number[]): readonly Row[] =>
  sizes.flatMap((size, at) =>
    Array.from({ length: size - 1 }, (_, index) => sizes.map((_size, i) => (i === at ? index + 1 : 0))),
  )

const variantOf = <Switches>(
  switches: readonly Switch<Switches>[],
  row: Row,
  kind: 'together' | 'alone',
): Variant<Switches> => {
  const chosen = switches.flatMap(({ name, values }, at) => {
    const value = values[row[at] ?? 0]
    return value === undefined ? [] : [{ name, value, isDefault: row[at] === 0 }]
  })
  const flipped = chosen.filter(({ isDefault }) => !isDefault)
  return {
    name:
      flipped.map(({ name, value }) => `${name}: ${value.name}`).join(' + ') || 'as the documents suggest',
    kind: flipped.length === 0 ? 'defaults' : kind,
    flipped: flipped.map(({ name }) => name),
    switches: Object.assign({}, ...chosen.map(({ value }) => value.set)) as Partial<Switches>,
    dialect: Object.assign({}, ...chosen.map(({ value }) => value.dialect ?? {})) as Record<string, string>,
  }
}

export const variantsOf = <Switches>(switches: readonly Switch<Switches>[]): readonly Variant<Switches>[] => {
  const sizes = switches.map(({ values }) => values.length)
  const together = coveringRows(sizes)
  const tried = new Set(together.map(String))
  return [
    ...together.map((row) => variantOf(switches, row, 'together')),
    ...aloneRows(sizes)
      .filter((row) => !tried.has(String(row)))
      .map((row) => variantOf(switches, row, 'alone')),
  ]
}
