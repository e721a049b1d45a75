import { describe, expect, test } from 'vitest'
import { refusalCodes } from '../../lib/saml/refusals.ts'
import { pages } from './pages.ts'

const page = pages.find(({ path }) => path === 'docs/saml.md')

describe('docs/saml.md', () => {
  test('explains every code a login can end with, each once, and no other', () => {
    const [, table = ''] = /^\| code \|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(page?.text ?? '') ?? []
    const explained = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, codes = '']) =>
      [...codes.matchAll(/`([^`]+)`/g)].map(([, code]) => code),
    )
    expect(explained.toSorted()).toEqual(refusalCodes.toSorted())
  })
})
