import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { refusalCodes } from '../../lib/saml/refusals.ts'
import { pages, root } from './pages.ts'

const page = pages.find(({ path }) => path === 'docs/saml.md')

describe('docs/saml.md', () => {
  const codesIn = (head: string): readonly string[] => {
    const [, table = ''] =
      new RegExp(String.raw`^\| ${head} \|.*\n\| --- .*\n((?:\|.*\n)+)`, 'm').exec(page?.text ?? '') ?? []
    return [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, codes = '']) =>
      [...codes.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
    )
  }

  test('explains every code a login can end with, each once, and no other', () => {
    expect(codesIn('code').toSorted()).toEqual(refusalCodes.toSorted())
  })

  test('explains every way in which metadata can fail, each once, and no other', () => {
    // A type, and no list that could be asked.
    const source = readFileSync(join(root, 'lib/saml/trust/problems.ts'), 'utf8')
    const known = [...source.matchAll(/^ {2}\| '([\w.]+)'$/gm)].map(([, code = '']) => code)
    expect(known.length).toBeGreaterThan(10)
    expect(codesIn('code of `metadata.failed`').toSorted()).toEqual(known.toSorted())
  })
})
