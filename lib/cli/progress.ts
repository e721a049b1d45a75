import type { Told } from '../provisioning/told.ts'
import type { Arguments } from './arguments.ts'
import { harmless, type Terminal } from './terminal.ts'

/** How far something long has come; without a total just how much is done. Call it as often as you like. */
export type Progress = (label: string, done?: number, total?: number) => void

const barWidth = 20
const everyMilliseconds = 100

const counted = (value: number): string => value.toLocaleString('en')

/** One line for standard error. */
export const progressLine: (...given: Parameters<Progress>) => string = (label, done, total) => {
  if (done === undefined) return `${label} …`
  if (total === undefined) return `${label} … ${counted(done)}`
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(share * barWidth)
  const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
  return `${label} ${bar} ${counted(done)} of ${counted(total)}`
}

const silent: Progress = () => undefined

/** Drawn on standard error where that is a terminal, and not with `--json`; the next thing printed takes its place. */
export const progressOn = (terminal: Terminal, given: Arguments): Progress => {
  const { status } = terminal
  if (status === undefined || given.flag('json')) return silent
  let drawn = { label: '', at: Number.NEGATIVE_INFINITY }
  return (label, done, total) => {
    const at = performance.now()
    const due = label !== drawn.label || done === total || at - drawn.at >= everyMilliseconds
    if (!due) return
    drawn = { label, at }
    status(harmless(progressLine(label, done, total)))
  }
}

const sources = { platform: 'accounts of', directory: 'members for' } as const

/** For whoever reads everything of a community, handed in as `told`. */
export const readingOn = (terminal: Terminal, given: Arguments): Told => {
  const progress = progressOn(terminal, given)
  return (what, community, read, total) => progress(`${sources[what]} ${community}`, read, total)
}

/** Whatever is printed stands in the place of the status line, and not behind it. */
export const withoutRemains = (terminal: Terminal): Terminal => {
  const { status } = terminal
  if (status === undefined) return terminal
  let shown = false
  const clear = (): void => {
    if (shown) status('')
    shown = false
  }
  const instead =
    (print: (text: string) => void) =>
    (text: string): void => {
      clear()
      print(text)
    }
  return {
    ...terminal,
    out: instead(terminal.out),
    error: instead(terminal.error),
    status: (line) => {
      if (line === '') return clear()
      shown = true
      status(line)
    },
  }
}
