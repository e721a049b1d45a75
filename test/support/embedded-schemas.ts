import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The four that a Response can need, by the names they import each other under. The package brings the files; its validator is not used. */
const names = [
  'saml-schema-protocol-2.0.xsd',
  'saml-schema-assertion-2.0.xsd',
  'xmldsig-core-schema.xsd',
  'xenc-schema.xsd',
]

/** As the formatter would quote it. */
const quoted = (text: string): string => {
  const double = JSON.stringify(text)
  if (text.split("'").length > text.split('"').length) return double
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

export const schemasFile = new URL('../../lib/saml/schemas/embedded.ts', import.meta.url)

export const embeddedSchemas = (): string => {
  const home = dirname(createRequire(import.meta.url).resolve('@authenio/samlify-xmllint-wasm/package.json'))
  const entries = names.map((name) => {
    const text = readFileSync(join(home, 'schemas', name), 'utf8').replaceAll('\r\n', '\n')
    return `  '${name}':\n    ${quoted(text)},\n`
  })
  return [
    '// Written by scripts/embed-schemas.ts: SAML 2.0 (OASIS), XML Signature and XML Encryption (W3C), as they were published.\n',
    `export const schemas: { readonly [name: string]: string } = {\n${entries.join('')}}\n`,
  ].join('')
}
