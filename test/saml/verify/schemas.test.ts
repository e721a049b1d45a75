import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fitsSchema } from '../../../lib/saml/verify/schema.ts'
import { embeddedSchemas, schemasFile } from '../../support/embedded-schemas.ts'
import { xmlOf } from './support.ts'

it('the embedded schemas are what the script would write', () => {
  expect(readFileSync(schemasFile, 'utf8')).toBe(embeddedSchemas())
})

it('a validation leaves nothing behind that another would trip over', () => {
  const sound = xmlOf()
  for (const other of ['', '<', '<a/>', sound.slice(1), sound.replace(' Version="2.0"', '')]) {
    expect(fitsSchema(other)).toBe(false)
    expect(fitsSchema(sound)).toBe(true)
  }
})

it('nothing is fetched: neither files nor hosts that a document names', () => {
  const doctype = '<!DOCTYPE samlp:Response SYSTEM "file:///etc/passwd">'
  const entity = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
  expect(fitsSchema(entity + xmlOf().replace('SOC-Analysts', '&e;'))).toBe(false)
  // Not loaded, and so without effect; the scan would have refused it before.
  expect(fitsSchema(doctype + xmlOf())).toBe(true)
})
