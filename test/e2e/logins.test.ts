import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formOf, openBrowser, type Page } from './browser.ts'
import { openTown, type Town, until } from './town.ts'

// A browser, the simulated identity provider and the house as `npm start` has it: from the form to the platform.
let town: Town
let login: string
const hedy = 'hedy@demo.test'
const ida = 'ida@demo.test'
const standing = async (email = hedy) => (await town.platform.standings())[email]

beforeAll(async () => {
  // Time to be done in: a busy machine is no reason to show the page of who has to wait.
  const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
  const configuration = example.replace(/( +)keys: file.*\n/, (line, indent) => `${line}${indent}wait: 15\n`)
  town = await openTown({ configuration })
  login = `${town.house.url}/demo/saml/login`
  // One is at the platform already by a pushed group, the other is known and no more.
  const { id } = await town.idp.createUser(hedy)
  await town.idp.createGroup('SOC-Analysts', [id])
  await town.idp.createUser(ida)
  await until(() => standing(), 'invited: Analyst')
  await town.platform.byHand({ kind: 'activate', email: hedy })
  await until(async () => (await fetch(login, { redirect: 'manual' })).status, 302)
})
afterAll(() => town?.close())

const carriedFor = async (email: string, query = '') => {
  const browser = openBrowser()
  const carried = await browser.submit(await browser.open(`${login}${query}`), { person: email })
  return { browser, carried }
}
const loggedIn = async (email: string, query?: string): Promise<Page> => {
  const { browser, carried } = await carriedFor(email, query)
  return browser.submit(carried)
}

test('a first login: what it shows is a role on the platform, and the page says what is still open', async () => {
  const { browser, carried } = await carriedFor(ida)
  expect(browser.cookies()).toEqual([expect.stringMatching(/^__Host-rolecall-/)])
  expect(formOf(carried).action).toBe(`${town.house.url}/demo/saml/acs`)
  const page = await browser.submit(carried)
  expect([page.status, page.trail]).toEqual([200, []])
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.body).toContain('SOC tier 1')
  // Used up, as the request it belongs to.
  expect(browser.cookies()).toEqual([])
  expect(await standing(ida)).toBe('invited: SOC tier 1')
})

test('who is at the platform already is sent on to it, with what the login showed', async () => {
  expect(await standing()).toBe('enabled: Analyst')
  const page = await loggedIn(hedy, '?community=demo-soc')
  expect(page.trail).toEqual([`303 ${town.house.simulators.url}/sekoia/login`])
  expect(page.body).toContain('Simulated sekoia')
  // Its custom roles take the place of built-in ones.
  expect(await standing()).toBe('enabled: SOC tier 1')
})

test('two tabs of one browser are two logins, in whichever order they come back', async () => {
  const browser = openBrowser()
  const forms = [await browser.open(login), await browser.open(login)]
  expect(browser.cookies()).toHaveLength(2)
  const carried: Page[] = []
  for (const form of forms) carried.push(await browser.submit(form, { person: hedy }))
  for (const page of carried.toReversed()) expect((await browser.submit(page)).trail).toHaveLength(1)
  expect(browser.cookies()).toEqual([])
})

test('a login without group information takes nothing away', async () => {
  town.house.simulators.idp.switches({ groups: 'left out' })
  expect((await loggedIn(hedy)).trail).toHaveLength(1)
  expect(await standing()).toBe('enabled: SOC tier 1')
  town.house.simulators.idp.switches({ groups: 'shown' })
})

test('nobody is sent where nobody configured, and what is refused says nothing of the person', async () => {
  const elsewhere = await openBrowser().open(`${login}?returnTo=${encodeURIComponent('https://evil.test/x')}`)
  expect([elsewhere.status, elsewhere.trail]).toEqual([400, []])
  const stranger = await loggedIn('jean@demo.test')
  expect([stranger.status, stranger.trail]).toEqual([403, []])
  expect(stranger.body).not.toMatch(/jean|unknown/i)
})

test('curl goes the same way: to it, too, this machine is secure', async () => {
  const jar = join(town.data, 'jar')
  const curl = async (url: string, values: object = {}): Promise<Page> => {
    const posted = Object.entries(values).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
    const sent = ['-sSL', '--max-time', '30', '-b', jar, '-c', jar, ...posted, url]
    const { stdout: body } = await promisify(execFile)('curl', sent)
    return { url: town.house.simulators.url, body, status: 200, headers: new Headers(), trail: [] }
  }
  const { action, fields } = formOf(await curl(login))
  const carried = formOf(await curl(action, { ...fields, person: hedy }))
  expect((await curl(carried.action, carried.fields)).body).toContain('Simulated sekoia')
})
