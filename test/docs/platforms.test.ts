import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './pages.ts'

/** docs/platforms/README.md: each feature names a test, and that test is there. */
const page = readFileSync(join(root, 'docs/platforms/README.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| feature'))
  .map((line) => line.slice(2, -2).split(' | '))

const titles = (file: string): readonly string[] =>
  [...file.matchAll(/\b(?:it|test|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])([\s\S]*?)\1\s*,/g)].map(
    ([, , title = '']) => title,
  )

test('every feature of every platform has a line', () => {
  expect(rows.length).toBeGreaterThan(50)
  expect(rows.filter((cells) => cells.length !== 3)).toEqual([])
  const features = rows.map(([feature]) => feature)
  expect(new Set(features).size).toBe(features.length)
})

test.each(rows.map(([feature = '', , shown = '']) => [feature, shown]))('%s', (_feature, shown) => {
  const [, file = '', title = ''] = /^`([\w./-]+)` (.+)$/.exec(shown) ?? []
  const path = join(root, 'test', file)
  expect(existsSync(path), `test/${file}`).toBe(true)
  expect(titles(readFileSync(path, 'utf8'))).toContain(title)
})
