import { ConnectorError } from '../core/errors.ts'

export type Path = readonly (string | number)[]

/** One thing wrong, or worth a look, in a configuration: where, what, by which rule, and what to do. */
export type Finding = {
  readonly path: Path
  readonly what: string
  readonly why: string
  readonly remedy: string
  /** Allowed, and worth a look. Absent: it is refused. */
  readonly severity?: 'warning'
}

export const isWarning = ({ severity }: Finding): boolean => severity === 'warning'

export const pathText = (path: Path): string =>
  path.length === 0
    ? 'the file'
    : path.reduce<string>(
        (text, step) =>
          typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`,
        '',
      )

export type LineOf = (path: Path) => number | undefined

export const findingText = (finding: Finding, lineOf: LineOf): string => {
  const line = lineOf(finding.path)
  const where = line === undefined ? '' : ` (line ${line})`
  return `${pathText(finding.path)}${where}: ${finding.what}; ${finding.why}; ${finding.remedy}`
}

/** More than anybody corrects before the next try; where each stands costs a look through the file. */
const mostFindings = 1000

/** In the order of the file, whatever found them. */
export const findingLines = (findings: readonly Finding[], lineOf: LineOf): readonly string[] => {
  const placed = findings
    .slice(0, mostFindings)
    .map((finding) => ({ line: lineOf(finding.path), finding }))
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return [...new Set(placed.map(({ line, finding }) => findingText(finding, () => line)))]
}

export const refuse = (lines: readonly string[]): ConnectorError =>
  new ConnectorError(
    'configurationInvalid',
    [
      `the configuration is refused: ${lines.length === 1 ? '1 finding' : `${lines.length} findings`}`,
      ...lines,
    ].join('\n  '),
  )

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (char === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The one known word that was probably meant. */
export const didYouMean = (word: string, known: readonly string[]): string | undefined => {
  const reach = Math.max(1, Math.floor(word.length / 3))
  const near = known
    .map((candidate) => ({
      candidate,
      far: distance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase()),
    }))
    .filter(({ far }) => far <= reach)
    .toSorted((a, b) => a.far - b.far)
  return near[0]?.candidate
}

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'there is none'
    : `there are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`

/** A name the platform does not know. */
export const unknownName = (path: Path, what: string, name: string, known: readonly string[]): Finding => {
  const meant = didYouMean(name, known)
  return {
    path,
    what: `the platform has no ${what} "${name}"`,
    why: meant === undefined ? listed(known) : 'names must be as on the platform',
    remedy: meant === undefined ? 'correct the name' : `did you mean "${meant}"?`,
  }
}
