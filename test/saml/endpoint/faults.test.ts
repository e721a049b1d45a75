import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serviceKey } from '../../support/identity-provider.ts'
import { begin, begunBy, comeBack, formOf, logIn, post, spoken } from './browser.ts'
import { openStage, publicUrl, type Reply, type Stage, socLogin } from './stage.ts'

let stage: Stage
const lines: string[] = []
const listen = (): void => {
  lines.length = 0
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk))
      return true
    })
}
beforeEach(listen)
beforeAll(async () => {
  listen()
  stage = await openStage('INFO')
  for (const connection of ['demo', 'keyed', 'broken', 'unasked']) await stage.believe(connection)
  await stage.person('ada')
  await logIn(stage)
  await stage.quiet()
})
afterEach(() => {
  stage.test.engine?.inject({})
  stage.rest(false)
  vi.restoreAllMocks()
})
afterAll(() => stage.close())

const isLater = (reply: Reply, again = `${publicUrl}/demo/saml/login`): void => {
  expect([reply.status, reply.headers['cache-control']]).toEqual([503, 'no-store'])
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
  expect(reply.text).toContain(`<a href="${again}">`)
  expect(reply.text).toContain(reply.requestId)
}
const throttled = { fault: 'throttled', probability: 1 } as const

/** A throttled store gets seconds of patience, which pass twenty times as fast. */
const hurried = async <T>(work: Promise<T>): Promise<T> => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const hand = setInterval(() => vi.setSystemTime(Date.now() + 400), 20)
  try {
    return await work
  } finally {
    clearInterval(hand)
    vi.useRealTimers()
  }
}

// Another engine cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a store that fails', () => {
  const inject = (faults: Parameters<NonNullable<Stage['test']['engine']>['inject']>[0]): void =>
    stage.test.engine?.inject(faults)

  const answering = async () => {
    const begun = await begin(stage, '?community=demo-soc')
    return { begun, form: formOf(spoken({ inResponseTo: begun.id }), begun.relayState) }
  }

  it('at reads begins no login and refuses nobody: the same answer is taken later', async () => {
    const { begun, form } = await answering()
    inject({ rules: [throttled] })
    const login = stage.send({ method: 'GET', path: '/demo/saml/login' })
    const failed = await hurried(Promise.all([login, post(stage, form, begun)]))
    for (const reply of failed) {
      isLater(reply)
      expect(reply.cookies).toEqual([])
    }
    inject({})
    const taken = await post(stage, form, begun)
    expect([taken.status, taken.headers.location]).toEqual([303, socLogin])
  })

  it('at writes refuses nobody, and whoever is refused is refused without the trail', async () => {
    const { begun, form } = await answering()
    inject({ rules: [{ ...throttled, operations: ['TransactWriteItems', 'PutItem'] }] })
    const [failed, refused] = await hurried(Promise.all([post(stage, form, begun), post(stage, 'x=y')]))
    isLater(failed, `${publicUrl}/demo/saml/login?community=demo-soc`)
    expect(failed.cookies).toEqual([])
    expect(refused.status).toBe(403)
    expect(lines.join('')).toMatch(/"outcome":"message.parameter","unrecorded":true/)
    inject({})
    const taken = await post(stage, form, begun)
    expect([taken.status, taken.headers.location]).toEqual([303, socLogin])
  })

  it('whose answer is lost has taken the message once and does not call it a replay', async () => {
    const begun = await begin(stage, '?community=demo-soc')
    let lost = 0
    inject({
      afterCommit: (operation) => {
        if (operation === 'TransactWriteItems' && lost < 2) {
          lost += 1
          throw new Error('lost')
        }
      },
    })
    const reply = await comeBack(stage, begun)
    expect([lost, reply.status, reply.headers.location]).toEqual([2, 303, socLogin])
  })

  it('between message and request has used up neither the cookie nor where the login was to end', async () => {
    const query = `?returnTo=${encodeURIComponent('https://portal.example.test/a')}`
    const begun = await begin(stage, query)
    inject({
      afterCommit: (operation) => {
        if (operation === 'TransactWriteItems') inject({ rules: [throttled] })
      },
    })
    const failed = await hurried(comeBack(stage, begun))
    isLater(failed, `${publicUrl}/demo/saml/login${query}`)
    expect(failed.cookies).toEqual([])
    inject({})
    const renewed = await comeBack(stage, await begin(stage, query, 'demo', begun.cookies))
    expect([renewed.status, renewed.headers.location]).toEqual([303, 'https://portal.example.test/a'])
  })

  it('once the request is used up leads to a new login with the same end', async () => {
    const query = `?returnTo=${encodeURIComponent('https://portal.example.test/a?b=c&d')}`
    const begun = await begin(stage, query)
    let written = 0
    inject({
      afterCommit: (operation) => {
        if (operation === 'TransactWriteItems') written += 1
        if (written === 2) inject({ rules: [throttled] })
      },
    })
    const failed = await hurried(comeBack(stage, begun))
    const again = `${publicUrl}/demo/saml/login?returnTo=https%3A%2F%2Fportal.example.test%2Fa%3Fb%3Dc%26d`
    isLater(failed, again)
    expect(failed.cookies).toHaveLength(1)
    inject({})
    const path = again.slice(publicUrl.length)
    const renewed = await comeBack(stage, begunBy(await stage.send({ method: 'GET', path })))
    expect([renewed.status, renewed.headers.location]).toEqual([303, 'https://portal.example.test/a?b=c&d'])
  })

  it('once the login is kept says that it is, and that no more can be told', async () => {
    await stage.person('kept')
    const said = { nameId: 'persistent-kept', email: 'kept@demo.test' }
    const begun = await begin(stage, '?community=demo-soc')
    stage.rest(true)
    const before = stage.test.requests.length
    inject({
      afterCommit: () => {
        const sent = stage.test.requests.slice(before)
        if (sent.some(({ body }) => JSON.stringify(body).includes('loginShown')))
          inject({ rules: [throttled] })
      },
    })
    const reply = await hurried(comeBack(stage, begun, said))
    expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(reply.text).toContain('You are logged in.')
    expect(reply.text).toContain(`<a href="${publicUrl}/demo/saml/login?community=demo-soc">`)
    expect(reply.cookies).toHaveLength(1)
    expect(lines.join('')).toMatch(/"message":"saml request failed".*"outcome":"page"/)
    inject({})
    stage.rest(false)
    const next = await comeBack(stage, await begin(stage, '?community=demo-soc'), said)
    expect([next.status, next.headers.location]).toEqual([303, socLogin])
  })
})

describe('log, metrics and pages', () => {
  it('hold codes, ids and counts, and nothing of what an assertion, a cookie or an address says', async () => {
    const canary = {
      nameId: 'canary-subject',
      email: 'canary-mail@demo.test',
      groups: ['SOC-Analysts', 'canary-group'],
      more: {
        'canary-name': ['canary-value'],
        givenName: ['canary-given'],
        department: ['canary-department'],
      },
    }
    const { id } = await stage.person('canary-person', { externalId: 'canary-subject' })
    const begun = await begin(stage, '?returnTo=https%3A%2F%2Fportal.example.test%2Fcanary-path')
    const replies = [
      await comeBack(stage, begun, canary),
      await comeBack(stage, begun, canary),
      await comeBack(stage, await begin(stage), {
        ...canary,
        nameId: 'canary-stranger',
        email: 'canary-x@demo.test',
      }),
      await comeBack(stage, await begin(stage), { ...canary, sealing: {} }),
      await post(stage, formOf(spoken(canary), 'canary-relay'), {
        cookies: ['__Host-rolecall-canary=canary-cookie'],
      }),
      await stage.send({ method: 'GET', path: '/demo/saml/login?returnTo=https://canary-evil.example/' }),
      await stage.send({ method: 'GET', path: '/demo/saml/login?community=canary-community' }),
      await stage.send({ method: 'GET', path: '/canary-connection/saml/login' }),
      await stage.send({ method: 'GET', path: '/broken/saml/login' }),
      await stage.send({ method: 'GET', path: '/keyed/saml/login' }),
    ]
    vi.restoreAllMocks()
    expect(replies.map(({ status }) => status)).toEqual([303, 403, 403, 403, 403, 400, 400, 404, 503, 302])
    const text = lines.join('')
    for (const outcome of [
      'passedOn',
      'irt.unknown',
      'member.unknown',
      'sig.missing',
      'irt.missing',
      'request.returnTo',
      'request.community',
      'keys.unavailable',
      'sent',
    ])
      expect(text).toContain(`"outcome":"${outcome}"`)
    expect(text).toContain(id)
    expect(text).toMatch(/"Login":1/)
    expect(text).toContain('"reason":"secret env:NO_KEYS: is empty or missing; set the variable"')
    expect(text).not.toMatch(/canary/)
    expect(text).not.toContain(begun.relayState)
    expect(text).not.toContain(begun.cookies[0]?.split('=')[1])
    expect(text).not.toContain('PRIVATE KEY')
    expect(text).not.toContain(serviceKey().certificate.slice(0, 60))
    for (const { text: page } of replies) expect(page).not.toMatch(/canary/)
  })

  it('say loudly what only an operator can mend', async () => {
    await stage.send({ method: 'GET', path: '/hasty/saml/login' })
    const reply = await post(stage, formOf(spoken({ connection: 'hasty' })), { connection: 'hasty' })
    vi.restoreAllMocks()
    expect(reply.status).toBe(503)
    const seen = lines.filter((line) => line.includes('"level":"ERROR"')).map((line) => JSON.parse(line))
    expect(seen).toMatchObject([
      {
        message: 'saml connection cannot be used',
        operation: 'login',
        outcome: 'trust.missing',
        connection: 'hasty',
      },
      {
        message: 'saml connection cannot be used',
        operation: 'acs',
        outcome: 'trust.missing',
        connection: 'hasty',
      },
    ])
  })
})
