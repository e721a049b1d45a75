import { expect, test } from 'vitest'
import { parseArguments } from '../../lib/cli/arguments.ts'
import { progressLine, progressOn, withoutRemains } from '../../lib/cli/progress.ts'
import type { Terminal } from '../../lib/cli/terminal.ts'

const screen = (isTerminal: boolean) => {
  const written: string[] = []
  const terminal: Terminal = {
    out: (text) => void written.push(`out ${text}`),
    error: (text) => void written.push(`error ${text}`),
    colour: { out: false, error: false },
    ...(isTerminal ? { status: (line: string) => void written.push(`status ${line}`) } : {}),
  }
  return { terminal: withoutRemains(terminal), written }
}
const plain = parseArguments([], {})

test('a line says what is done and how far it has come, also beyond an estimate', () => {
  expect(progressLine('reading the directory')).toBe('reading the directory …')
  expect(progressLine('reading', 1200)).toBe('reading … 1,200')
  expect(progressLine('reading', 5, 20)).toBe('reading █████░░░░░░░░░░░░░░░ 5 of 20')
  expect(progressLine('reading', 0, 0)).toBe('reading ████████████████████ 0 of 0')
  expect(progressLine('reading', 30, 20)).toBe('reading ████████████████████ 30 of 20')
})

test('what is printed takes the place of the line; many steps in a moment are drawn once, the last always', () => {
  const { terminal, written } = screen(true)
  const progress = progressOn(terminal, plain)
  for (let n = 1; n <= 5000; n++) progress('a\u001bb', n, 5000)
  expect(written[0]).toBe(`status ab ${'░'.repeat(20)} 1 of 5,000`)
  expect(written.at(-1)).toBe(`status ab ${'█'.repeat(20)} 5,000 of 5,000`)
  expect(written.length).toBeLessThan(500)
  written.length = 0
  terminal.out('done')
  terminal.error('and warned')
  terminal.status?.('')
  expect(written).toEqual(['status ', 'out done', 'error and warned'])
})

test('nothing is drawn where standard error is no terminal, and with --json', () => {
  const file = screen(false)
  progressOn(file.terminal, plain)('reading', 1, 2)
  expect(file.written).toEqual([])
  const { terminal, written } = screen(true)
  progressOn(terminal, parseArguments(['--json'], {}))('reading', 1, 2)
  terminal.out('{}')
  expect(written).toEqual(['out {}'])
})
