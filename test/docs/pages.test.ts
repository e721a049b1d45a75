import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { commonOptions } from '../../lib/cli/arguments.ts'
import { commands } from '../../lib/cli/commands.ts'
import { commandHelp, generalHelp } from '../../lib/cli/help.ts'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { anchorsOf, linksOf, type Page, pages, readme, root } from './pages.ts'

const broken = (page: Page): readonly string[] =>
  linksOf(page).filter((target) => {
    if (/^https?:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? page.path : normalize(join(dirname(page.path), path))
    if (!existsSync(join(root, file))) return true
    if (anchor === undefined) return false
    const there = pages.find((one) => one.path === file)
    return there === undefined || !anchorsOf(there).includes(anchor)
  })

test('every relative link and anchor leads somewhere', () => {
  expect(pages.flatMap(linksOf).length).toBeGreaterThan(15)
  expect(pages.flatMap((page) => broken(page).map((target) => `${page.path}: ${target}`))).toEqual([])
})

test('every file the pages speak of is there', () => {
  const named = pages.flatMap(({ prose }) =>
    [...prose.matchAll(/`((?:lib|functions|infra|test|scripts|docs)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    ),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('docs/local.md lists exactly the variables that npm start reads', () => {
  const source = readFileSync(join(root, 'infra/local/settings.ts'), 'utf8')
  const read = new Set(['ROLECALL_DATA', ...(source.match(/\b[A-Z]+_?[A-Z_]{3,}\b/g) ?? [])])
  const told = [...page('docs/local.md').text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
  expect(told.toSorted()).toEqual([...read].toSorted())
})

test('every page is reached from the README', () => {
  const linked = linksOf(readme).map((target) => normalize(target.split('#')[0] ?? ''))
  expect(
    pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.includes(path)),
  ).toEqual([])
})

test('the README stays a page', () => {
  expect(readme.text.split('\n').length).toBeLessThanOrEqual(150)
})

const page = (path: string): Page => {
  const found = pages.find((one) => one.path === path)
  if (found === undefined) throw new Error(`there is no page ${path}`)
  return found
}

test('docs/cli.md lists exactly the commands and options that --help knows', () => {
  const [text = ''] = page('docs/cli.md').text.split('## JSON')
  const table = [...text.matchAll(/^\| `([a-z][^`]*)` \|/gm)].map(([, usage = '']) =>
    usage.replaceAll('\\|', '|'),
  )
  const usages = Object.entries(commands).map(([name, { usage }]) => `${name} ${usage}`.trimEnd())
  expect(table).toEqual(usages)
  for (const [name, { usage, options }] of Object.entries(commands)) {
    expect([...usage.matchAll(/--([\w-]+)/g)].map(([, option]) => option)).toEqual(Object.keys(options))
    for (const option of Object.keys(options)) expect(commandHelp(name)).toContain(`--${option}`)
    expect(generalHelp()).toContain(`  ${name} `)
  }
  const common = [...text.matchAll(/^\| `--([\w-]+)[^`]*` \|/gm)].map(([, option]) => option)
  expect(common).toEqual(Object.keys(commonOptions))
  const mentioned = pages.flatMap(({ text }) =>
    [...text.matchAll(/npx rolecall [^`\n]*/g)].map(([line]) => line),
  )
  const known = new Set([
    ...Object.keys(commonOptions),
    ...Object.values(commands).flatMap((one) => Object.keys(one.options)),
  ])
  const options = mentioned.flatMap((line) =>
    [...line.matchAll(/ --([\w-]+)/g)].map(([, option = '']) => option),
  )
  expect(options.filter((option) => !known.has(option))).toEqual([])
})

test('every piece of configuration the pages show is accepted within the example', () => {
  const example = parse(readFileSync(join(root, 'rolecall.yaml'), 'utf8')) as object
  const pieces = pages.flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'yaml'))
  expect(pieces.length).toBeGreaterThan(1)
  for (const { text } of pieces) {
    const { warnings } = parseConfiguration(stringify({ ...example, ...(parse(text) as object) }), {
      local: true,
    })
    expect(Array.isArray(warnings)).toBe(true)
  }
})
