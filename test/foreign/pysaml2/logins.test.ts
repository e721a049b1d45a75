import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formOf, openBrowser, type Page } from '../../e2e/browser.ts'
import { until } from '../../e2e/town.ts'
import { openVillage, type Village } from '../village.ts'
import { type PySaml, startPySaml, type Wanted } from './server.ts'

// pysaml2 reads our metadata and our signed requests and writes its own messages, signed and encrypted by xmlsec1.
const folder = mkdtempSync(join(tmpdir(), 'rolecall-pysaml2-'))
const xmlenc11 = 'http://www.w3.org/2009/xmlenc11#'
const xmlenc = 'http://www.w3.org/2001/04/xmlenc#'
let idp: PySaml
let village: Village

beforeAll(async () => {
  idp = await startPySaml(process.env.PYSAML2_PYTHON ?? '', folder)
  village = await openVillage([{ id: 'demo', metadata: idp.metadataUrl }])
  idp.trust(await village.metadataOf('demo'))
})
afterAll(async () => {
  await village?.close()
  idp?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The page that carries the answer, as it came from the identity provider. */
const carriedFor = async (wanted: Partial<Wanted>) => {
  idp.says({
    nameId: 'p-ada',
    attributes: { mail: ['ada@demo.test'], groups: ['SOC-Tier1'] },
    sign: 'assertion',
    ...wanted,
  })
  const browser = openBrowser()
  const carried = await browser.open(village.loginUrl('demo', '?community=demo-soc'))
  if (carried.status !== 200) throw new Error(carried.body)
  return { browser, carried }
}
const landed = async (wanted: Partial<Wanted>): Promise<Page> => {
  const { browser, carried } = await carriedFor(wanted)
  return browser.submit(carried)
}

const variants: readonly (readonly [string, Partial<Wanted>])[] = [
  ['a signed assertion', {}],
  ['a signed response', { sign: 'response' }],
  ['both signed', { sign: 'both' }],
  ['an assertion that is signed and encrypted, AES-128-GCM', { encrypt: `${xmlenc11}aes128-gcm` }],
  ['both signed, encrypted, AES-256-GCM', { sign: 'both', encrypt: `${xmlenc11}aes256-gcm` }],
  ['both signed, encrypted, CBC inside the signature', { sign: 'both', encrypt: `${xmlenc}aes256-cbc` }],
  ['SHA-512', { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', digest: `${xmlenc}sha512` }],
]

test('our request is understood: its signature verifies, and where the answer goes is in our metadata', async () => {
  const { carried } = await carriedFor({})
  expect(formOf(carried).action).toBe(`${village.house.url}/demo/saml/acs`)
  expect(Object.keys(formOf(carried).fields)).toEqual(['SAMLResponse', 'RelayState'])
})

test.each(variants)('%s: the groups in it are roles on the platform', async (name, wanted) => {
  const place = variants.findIndex(([other]) => other === name)
  const email = `person${place}@demo.test`
  await village.idp.createUser(email)
  const page = await landed({
    ...wanted,
    nameId: `p-${place}`,
    attributes: { mail: [email], groups: ['SOC-Tier1', 'Everybody'] },
  })
  expect([page.status, page.trail]).toEqual([200, []])
  await until(
    () => village.platform.standings(),
    (seen) => seen[email] === 'invited: SOC tier 1',
  )
})

test.each<readonly [string, Partial<Wanted>]>([
  ['SHA-1 in the signature', { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }],
  ['SHA-1 as digest', { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
  ['3DES, which pysaml2 takes where nothing else is said', { encrypt: `${xmlenc}tripledes-cbc` }],
  ['CBC without a signed response around it', { encrypt: `${xmlenc}aes256-cbc` }],
])('refused: %s', async (_name, wanted) => {
  await village.idp.createUser(`${crypto.randomUUID()}@demo.test`)
  const page = await landed({ ...wanted, nameId: 'p-0', attributes: { mail: ['person0@demo.test'] } })
  expect(page.status).toBe(403)
  expect(page.body).not.toContain('person0')
})
