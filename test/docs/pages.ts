import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export type Block = { readonly language: string; readonly text: string }
export type Page = {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
  /** The text between the blocks. */
  readonly prose: string
}

const fence = /^( *)```(.*)\n([\s\S]*?)^ *```$/gm

const pageAt = (path: string): Page => {
  const text = readFileSync(join(root, path), 'utf8')
  return {
    path,
    text,
    blocks: [...text.matchAll(fence)].map(([, , language = '', body = '']) => ({
      language: language.trim(),
      text: body,
    })),
    prose: text.replaceAll(fence, ''),
  }
}

const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .toSorted()

export const readme = pageAt('README.md')
export const pages: readonly Page[] = [readme, ...docs.map(pageAt), pageAt('CHANGELOG.md')]

const programs = /^(npx|npm|node|curl|cdk|sh|bash|docker|aws|git) \S/

const spans = (prose: string): readonly string[] =>
  [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '))

const lines = (block: Block): readonly string[] =>
  block.text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/** Whatever a page tells its reader to type: each line of a `sh` block, and each inline code that begins with a program's name. */
export const examplesOf = (page: Page): readonly string[] => [
  ...page.blocks.filter(({ language }) => language === 'sh').flatMap(lines),
  ...spans(page.prose).filter((code) => programs.test(code)),
]

/** As GitHub makes them. */
export const anchorsOf = (page: Page): readonly string[] =>
  [...page.prose.matchAll(/^#+ +(.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )

export const linksOf = (page: Page): readonly string[] =>
  [...page.prose.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
