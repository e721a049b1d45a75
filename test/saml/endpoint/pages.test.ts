import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionId, MemberId } from '../../../lib/core/ids.ts'
import { createLoginStore } from '../../../lib/store/logins.ts'
import { begin, comeBack, formOf, logIn, post, spoken } from './browser.ts'
import { hostileRole, openStage, publicUrl, type Reply, type Stage, socLogin } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  for (const connection of ['demo', 'hasty', 'unasked']) await stage.believe(connection)
})
afterEach(() => stage.rest(false))
afterAll(() => stage.close())

const as = (name: string) => ({ nameId: `persistent-${name}`, email: `${name}@demo.test` })

/** A table row per role: name, state, why. */
const rows = ({ text }: Reply): readonly (readonly string[])[] =>
  [...text.matchAll(/<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g)].map((found) =>
    found.slice(1),
  )
const links = ({ text }: Reply): readonly string[] =>
  [...text.matchAll(/<a href="([^"]*)"/g)].map(([, url = '']) => url)

/** Nothing on it runs, nothing is fetched, nothing is kept, and it is a page of its own. */
const isHarmless = ({ headers, text }: Reply): void => {
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  const style = /<style>(.*?)<\/style>/.exec(text)?.[1] ?? ''
  const digest = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
  )
  expect(text.match(/<(script|img|iframe|object|embed|form|base|link)\b/gi)).toBeNull()
  expect(text.match(/<[^>]* on[a-z]+=/g)).toBeNull()
  expect(text).toMatch(/^<!doctype html><html lang="en"><head><meta charset="utf-8">/)
  expect(text.match(/<h1>/g)).toHaveLength(1)
}

/** Where nobody waits: looked at again until the worker has been there. */
const passedOn = (name: string): Promise<void> =>
  expect
    .poll(async () => (await logIn(stage, '?community=demo-soc', hasty(name))).headers.location, {
      timeout: 20_000,
      interval: 300,
    })
    .toBe(socLogin)
const hasty = (name: string) => ({ connection: 'hasty', ...as(name) })

describe('a login that cannot end at the platform yet', () => {
  it('shows what is on its way, and where to look again', async () => {
    await stage.person('slow', { connection: 'hasty' })
    stage.rest(true)
    const reply = await logIn(stage, '?community=demo-soc', hasty('slow'))
    expect(reply.status).toBe(200)
    isHarmless(reply)
    expect(rows(reply)).toEqual([['Analyst', 'On its way', 'not carried out yet']])
    const again = `${publicUrl}/hasty/saml/login?community=demo-soc`
    expect(links(reply)).toEqual([again])
    // Somebody looks again after the worker has been there.
    stage.rest(false)
    await passedOn('slow')
  })

  it('says what waits for somebody’s approval', async () => {
    await stage.person('held')
    const reply = await logIn(stage, '', as('held'))
    isHarmless(reply)
    expect([reply.status, rows(reply).map(([role, state]) => [role, state])]).toEqual([
      200,
      [['Analyst', 'Waiting for somebody’s approval']],
    ])
  })

  it('says what the platform refuses', async () => {
    stage.simulators.sekoia.faults([
      { kind: 'status', status: 422, method: 'POST', path: '/invitations', times: 1000 },
    ])
    await stage.person('refused')
    const reply = await logIn(stage, '', as('refused'))
    stage.simulators.sekoia.faults([])
    isHarmless(reply)
    expect([reply.status, rows(reply)]).toEqual([
      200,
      [['Analyst', 'Refused', 'the platform refused it (platformRefused); tried again later']],
    ])
  })

  it('shows names as they are written, whatever is in them', async () => {
    await stage.person('paper')
    const reply = await logIn(stage, '', { ...as('paper'), groups: ['Paper'] })
    isHarmless(reply)
    expect(reply.text).not.toContain(hostileRole)
    expect(rows(reply)).toEqual([
      [
        '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp;amp;',
        'On its way',
        'not carried out yet',
      ],
    ])
  })

  it('says what is withheld, and by what', async () => {
    await stage.person('mixed')
    const reply = await logIn(stage, '', { ...as('mixed'), groups: ['Mixed'] })
    isHarmless(reply)
    expect([reply.status, rows(reply).map(([, ...state]) => state)]).toEqual([
      200,
      [
        ['On its way', 'not carried out yet'],
        ['Not given', 'the platform switches a built-in role off when a custom one is given (hostile)'],
      ],
    ])
  })

  it('links to each place that is ready, where there are several', async () => {
    await stage.person('both')
    const reply = await logIn(stage, '', { ...as('both'), groups: ['SOC-Analysts', 'Paper'] })
    isHarmless(reply)
    expect([reply.status, rows(reply).map(([, state]) => state)]).toEqual([200, ['Ready', 'On its way']])
    expect(links(reply)).toEqual([socLogin, `${publicUrl}/demo/saml/login?community=paper`])
    const elsewhere = await logIn(stage, '?returnTo=https%3A%2F%2Fportal.example.test%2Fdeep', {
      ...as('both'),
      groups: ['SOC-Analysts', 'Paper'],
    })
    expect(links(elsewhere).at(-1)).toBe(
      `${publicUrl}/demo/saml/login?community=paper&amp;returnTo=https%3A%2F%2Fportal.example.test%2Fdeep`,
    )
    // Who says where they want to be is not kept by what is open elsewhere.
    const there = await logIn(stage, '?community=demo-soc', {
      ...as('both'),
      groups: ['SOC-Analysts', 'Paper'],
    })
    expect([there.status, there.headers.location]).toEqual([303, socLogin])
    const other = await logIn(stage, '?community=paper', { ...as('both'), groups: ['SOC-Analysts', 'Paper'] })
    expect(other.status).toBe(200)
  })

  it('does not lead into rights that are still to be taken away', async () => {
    await stage.person('less', { connection: 'hasty' })
    await passedOn('less')
    await stage.quiet()
    stage.rest(true)
    const reply = await logIn(stage, '?community=demo-soc', { ...hasty('less'), groups: ['Nothing'] })
    isHarmless(reply)
    expect([reply.status, rows(reply)]).toEqual([
      200,
      [['Analyst', 'Being taken away', 'no rule grants it any longer']],
    ])
  })

  it('says that there is no role where there is none, and leads nowhere', async () => {
    await stage.person('bare')
    const reply = await logIn(stage, '?returnTo=https%3A%2F%2Fportal.example.test%2F', {
      ...as('bare'),
      groups: [],
    })
    isHarmless(reply)
    expect([reply.status, rows(reply), links(reply)]).toEqual([200, [], []])
    expect(reply.text).toContain('no role is meant for you')
  })
})

describe('a login without group information', () => {
  it('takes nothing away', async () => {
    await stage.person('silent')
    expect((await logIn(stage, '?community=demo-soc', as('silent'))).status).toBe(303)
    for (const said of [
      { groups: null },
      {
        groups: null,
        more: { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.example/'] },
      },
    ]) {
      const reply = await logIn(stage, '?community=demo-soc', { ...as('silent'), ...said })
      expect([reply.status, reply.headers.location]).toEqual([303, socLogin])
    }
  })
})

describe('every page', () => {
  it('of a refusal, of a fault of the person’s and of an unusable connection is as harmless', async () => {
    await stage.believe('hasty', { keys: [] })
    const replies = [
      await post(stage, formOf(spoken({}))),
      await comeBack(stage, await begin(stage), { nameId: 'nobody', email: 'nobody@demo.test' }),
      await stage.send({ method: 'GET', path: '/demo/saml/login?community=x' }),
      await stage.send({ method: 'GET', path: '/hasty/saml/login' }),
      await stage.send({ method: 'GET', path: '/nobody/saml/login' }),
      await stage.send({ method: 'PUT', path: '/demo/saml/acs' }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 400, 503, 404, 405])
    for (const reply of replies) isHarmless(reply)
  })
})

describe('what a login showed', () => {
  it('is kept beside the member, as far as rules may ask for it', async () => {
    const member = await stage.person('kept')
    await logIn(stage, '', { ...as('kept'), more: { department: ['Audit'], shoeSize: ['44'] } })
    const store = createLoginStore(stage.table)
    const login = await store.login(member.connection as ConnectionId, member.id as MemberId)
    expect(login?.groups?.values).toEqual(['SOC-Analysts'])
    expect(Object.keys(login?.attributes ?? {})).toEqual(['department'])
  })
})
