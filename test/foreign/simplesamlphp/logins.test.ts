import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formOf, openBrowser, type Page } from '../../e2e/browser.ts'
import { until } from '../../e2e/town.ts'
import { openVillage, type Village } from '../village.ts'
import { type SimpleSaml, startSimpleSaml } from './server.ts'

// SimpleSAMLphp signs, encrypts and asks for passwords; a browser goes back and forth; roles stand on the simulated platforms in the end.
const accounts = {
  ada: { uid: ['u-ada'], mail: ['ada@demo.test'], groups: ['SOC-Tier1', 'Everybody'] },
  'ada in another team': { uid: ['u-ada'], mail: ['ada@demo.test'], groups: ['SOC-Analysts'] },
  stranger: { uid: ['u-stranger'], mail: ['stranger@demo.test'], groups: ['SOC-Tier1'] },
  paul: { uid: ['u-paul'], mail: ['paul@demo.test'], sn: ['Blaise'], groups: ['SOC-Analysts'] },
} as const
const folder = mkdtempSync(join(tmpdir(), 'rolecall-simplesamlphp-'))
let idp: SimpleSaml
let village: Village

beforeAll(async () => {
  idp = await startSimpleSaml(process.env.SIMPLESAMLPHP ?? '', folder, accounts)
  village = await openVillage([
    { id: 'demo', metadata: idp.metadataUrl },
    { id: 'portal', metadata: idp.metadataUrl, more: ['idpInitiated: true', 'createMembers: true'] },
  ])
  const safe = { 'validate.authnrequest': true, 'assertion.encryption': true }
  for (const connection of ['demo', 'portal']) idp.trust(await village.metadataOf(connection), safe)
  await village.idp.createUser('ada@demo.test')
})
afterAll(async () => {
  await village?.close()
  idp?.close()
  rmSync(folder, { recursive: true, force: true })
})

const typed = (username: keyof typeof accounts) => ({ username, password: `password of ${username}` })
const responseIn = (page: Page): string =>
  Buffer.from(formOf(page).fields.SAMLResponse ?? '', 'base64').toString()
const becomes = (email: string, standing: string | undefined) =>
  until(
    () => village.platform.standings(),
    (seen) => seen[email] === standing,
  )
const entityOf = (connection: string): string => `${village.house.url}/${connection}/saml/metadata`

test('a login by form, signed and encrypted: the groups in it are roles on the platform', async () => {
  const { browser } = village
  const form = await browser.open(village.loginUrl('demo', '?community=demo-soc'))
  expect([form.status, new URL(form.url).origin]).toEqual([200, idp.url])
  const again = await browser.submit(form, { username: 'ada', password: 'wrong' })
  expect(again.body).toContain('Incorrect username or password')
  const carried = await browser.submit(again, typed('ada'))
  expect(formOf(carried).action).toBe(`${village.house.url}/demo/saml/acs`)
  const message = responseIn(carried)
  expect(message).toContain('EncryptedAssertion')
  // It knows nothing else for a public key: bearable, because the whole response is signed.
  expect(message).toContain('http://www.w3.org/2001/04/xmlenc#aes128-cbc')
  expect(message).not.toContain('SOC-Tier1')
  const landed = await browser.submit(carried)
  // Invited, and not yet there: nobody is sent on to a platform that would turn them away.
  expect([landed.status, landed.trail]).toEqual([200, []])
  expect(landed.body).toContain('SOC tier 1')
  await becomes('ada@demo.test', 'invited: SOC tier 1')
})

test('who has accepted the invitation is sent on, with the roles of the new login', async () => {
  await village.platform.byHand({ kind: 'activate', email: 'ada@demo.test' })
  const browser = openBrowser()
  const form = await browser.open(village.loginUrl('demo', '?community=demo-soc'))
  const landed = await browser.submit(await browser.submit(form, typed('ada in another team')))
  expect(landed.trail).toEqual([`303 ${village.house.simulators.url}/sekoia/login`])
  expect((await village.platform.standings())['ada@demo.test']).toBe('enabled: Analyst')
})

test('the same answer a second time is refused, and so is one that another browser brings', async () => {
  const browser = openBrowser()
  const form = await browser.open(village.loginUrl('demo', '?community=demo-soc'))
  const carried = await browser.submit(form, typed('ada'))
  const stolen = await openBrowser().submit(carried)
  expect(stolen.status).toBe(403)
  expect((await browser.submit(carried)).status).toBe(200)
  const repeated = await browser.submit(carried)
  expect(repeated.status).toBe(403)
  expect(repeated.body).not.toContain('ada')
})

test('a login that begins at the identity provider: refused by default, accepted where it was allowed', async () => {
  const { browser } = village
  const refused = await browser.open(idp.start(entityOf('demo')))
  // Logged in already: the identity provider asks nobody again.
  expect((await browser.submit(refused)).status).toBe(403)
  const other = openBrowser()
  const form = await other.open(idp.start(entityOf('portal')))
  const landed = await other.submit(await other.submit(form, typed('paul')))
  expect([landed.status, landed.trail]).toEqual([200, []])
  // Nobody had pushed him: this connection creates people at their first login.
  await becomes('paul@demo.test', 'invited: Analyst')
})

test('whom the directory does not know gets in nowhere', async () => {
  const browser = openBrowser()
  const form = await browser.open(village.loginUrl('demo'))
  const refused = await browser.submit(await browser.submit(form, typed('stranger')))
  expect(refused.status).toBe(403)
  expect(refused.body).not.toContain('stranger')
  expect(await village.platform.standings()).not.toHaveProperty('stranger@demo.test')
})

test.each([
  [
    'around CBC there has to be a signed response',
    { encrypted: true, response: false, assertion: true },
    403,
  ],
  ['a signed response around a plain assertion', { encrypted: false, response: true, assertion: false }, 200],
  ['a signed assertion in a plain response', { encrypted: false, response: false, assertion: true }, 200],
  ['nothing signed at all', { encrypted: false, response: false, assertion: false }, 403],
] as const)('%s', async (_name, { encrypted, response, assertion }, status) => {
  idp.trust(await village.metadataOf('demo'), {
    'assertion.encryption': encrypted,
    'saml20.sign.response': response,
    'saml20.sign.assertion': assertion,
  })
  const browser = openBrowser()
  const form = await browser.open(village.loginUrl('demo', '?community=demo-soc'))
  const carried = await browser.submit(form, typed('ada'))
  expect(responseIn(carried).includes('EncryptedAssertion')).toBe(encrypted)
  expect((await browser.submit(carried)).status).toBe(status)
})
