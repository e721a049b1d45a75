import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import { maximumBytes, parseBody } from '../../lib/scim/body.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'accepted'
  } catch (error) {
    return isConnectorError(error) ? error.code : 'a foreign exception'
  }
}

describe('a request body', () => {
  it('is read into objects without a prototype', () => {
    const body = parseBody(bytes('{"userName":"ada","name":{"givenName":"Ada"}}'))
    expect(Object.getPrototypeOf(body)).toBeNull()
    expect(Object.getPrototypeOf(body.name)).toBeNull()
    expect(body.toString).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['text', 'userName=ada'],
    ['half an object', '{"userName":'],
    ['a list', '[]'],
    ['a string', '"ada"'],
    ['null', 'null'],
    ['__proto__ as a name', '{"__proto__":{"active":true}}'],
    ['constructor as a name', '{"name":{"constructor":{"prototype":{}}}}'],
    ['prototype as a name', '{"prototype":1}'],
    ['200 levels of lists', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`],
    ['200 levels of objects', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`],
    ['brackets that never close', '['.repeat(500_000)],
  ])('of %s is refused as invalidSyntax', (_, text) => {
    expect(codeOf(() => parseBody(bytes(text)))).toBe('invalidSyntax')
  })

  it('of bytes that are no UTF-8 is refused', () => {
    expect(codeOf(() => parseBody(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])))).toBe('invalidSyntax')
  })

  it('above the size limit is refused before it is looked at', () => {
    expect(codeOf(() => parseBody(new Uint8Array(maximumBytes + 1)))).toBe('payloadTooLarge')
  })

  it('may hold brackets and quotes in strings', () => {
    const text = `${'['.repeat(100)}\\"{`
    expect(parseBody(bytes(JSON.stringify({ displayName: text })))).toEqual({ displayName: text })
  })

  it('never pollutes Object.prototype, whatever it holds', () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const outcome = codeOf(() =>
          expect(parseBody(bytes(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value))),
        )
        expect(['accepted', 'invalidSyntax']).toContain(outcome)
      }),
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })
})
