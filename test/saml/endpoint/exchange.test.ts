import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDirectory } from '../../../lib/store/directory.ts'
import { freshIds, untrustedKey } from '../../support/identity-provider.ts'
import { type Begun, begin, codeOf, comeBack, formOf, post, spoken } from './browser.ts'
import { openStage, type Reply, type Stage, socLogin } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  for (const connection of ['demo', 'hasty', 'unasked']) await stage.believe(connection)
  await stage.person('ada')
  // In place before anything is counted.
  await comeBack(stage, await begin(stage))
  await stage.quiet()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => stage.close())

const title = 'Your login was not accepted'
const refusedWith = async (reply: Reply, connection?: string) => {
  expect(reply.text).toContain(title)
  expect(reply.text).toContain(reply.requestId)
  return [reply.status, await codeOf(stage, reply, connection)]
}
/** What is on the page besides the number. */
const without = ({ text, requestId }: Reply): string => text.replaceAll(requestId, '')
const answer = (begun: Begun, said: object = {}) =>
  formOf(spoken({ inResponseTo: begun.id, ...said }), begun.relayState)

describe('an answer is taken from the browser that was sent for it, and from no other', () => {
  it('without its cookie, with another login’s, or with another value', async () => {
    const begun = await begin(stage)
    const other = await begin(stage)
    const [own = ''] = begun.cookies
    const forms = answer(begun)
    for (const cookies of [
      [],
      other.cookies,
      [`${own.split('=')[0]}=${other.cookies[0]?.split('=')[1]}`],
      [`${own.split('=')[0]}=`],
      [own.replace('__Host-', '')],
      [own, own],
    ])
      expect(await refusedWith(await post(stage, forms, { cookies }))).toEqual([403, 'irt.browser'])
    // Who tried that has not ended the login.
    expect((await post(stage, forms, begun)).status).toBe(303)
  })

  it('with the RelayState it was sent with', async () => {
    const begun = await begin(stage)
    const other = await begin(stage)
    const cookies = [...begun.cookies, ...other.cookies]
    for (const relayState of [undefined, '', other.relayState, 'https://evil.example/']) {
      const form = formOf(spoken({ inResponseTo: begun.id }), relayState)
      expect(await refusedWith(await post(stage, form, { cookies }))).toEqual([403, 'irt.mismatch'])
    }
  })

  it('to a request that was made, and not ten minutes ago', async () => {
    for (const inResponseTo of ['_0123456789012345678901234567890123456789', '_x', `_${'a'.repeat(3_000)}`]) {
      const begun = await begin(stage)
      const form = formOf(spoken({ inResponseTo }), begun.relayState)
      expect(await refusedWith(await post(stage, form, begun))).toEqual([403, 'irt.unknown'])
    }
    const begun = await begin(stage)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 })
    const late = await comeBack(stage, begun)
    expect(await refusedWith(late)).toEqual([403, 'irt.unknown'])
  })

  it('to a request of the same connection', async () => {
    const begun = await begin(stage, '', 'unasked')
    const reply = await post(stage, answer(begun), begun)
    expect(await refusedWith(reply)).toEqual([403, 'irt.unknown'])
  })
})

describe('an answer counts once', () => {
  it('and is a replay after that', async () => {
    const begun = await begin(stage)
    const form = answer(begun)
    const replies = [await post(stage, form, begun), await post(stage, form, begun)]
    expect(replies.map(({ status }) => status)).toEqual([303, 403])
    // The request went first: that it is used up is found before that the message was.
    expect(await refusedWith(replies[1] as Reply)).toEqual([403, 'irt.unknown'])
  })

  it('even in one instant: of two that arrive together one is taken', async () => {
    for (let round = 0; round < 5; round += 1) {
      const begun = await begin(stage)
      const form = answer(begun)
      const replies = await Promise.all([1, 2, 3].map(() => post(stage, form, begun)))
      expect(replies.map(({ status }) => status).toSorted()).toEqual([303, 403, 403])
      for (const reply of replies.filter(({ status }) => status === 403))
        expect(['replay', 'irt.unknown']).toContain((await refusedWith(reply))[1])
    }
  })

  it('and creates no second effect where nobody asked for it', async () => {
    await stage.person('once', { connection: 'unasked' })
    const form = formOf(spoken({ connection: 'unasked', nameId: 'persistent-once', email: 'once@demo.test' }))
    const replies = await Promise.all([1, 2, 3].map(() => post(stage, form, { connection: 'unasked' })))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([303, 403, 403])
    for (const reply of replies.filter(({ status }) => status === 403))
      expect(await refusedWith(reply, 'unasked')).toEqual([403, 'replay'])
  })

  it('and so does a request: of two messages for it one is taken', async () => {
    const begun = await begin(stage)
    const replies = await Promise.all(
      [1, 2].map(() => post(stage, answer(begun, { ids: freshIds() }), begun)),
    )
    expect(replies.map(({ status }) => status).toSorted()).toEqual([303, 403])
  })

  it('where the outer message is another and the assertion the same', async () => {
    const { response, assertion } = freshIds()
    const said = {
      connection: 'unasked',
      nameId: 'persistent-once',
      email: 'once@demo.test',
      now: Date.now(),
    }
    const first = spoken({ ...said, ids: { response, assertion } })
    const second = spoken({ ...said, ids: { response: freshIds().response, assertion } })
    expect((await post(stage, formOf(first), { connection: 'unasked' })).status).toBe(303)
    const reply = await post(stage, formOf(second), { connection: 'unasked' })
    expect(await refusedWith(reply, 'unasked')).toEqual([403, 'replay'])
  })
})

describe('a message', () => {
  it.each([
    ['for another connection', { meantFor: 'hasty' }, 'destination'],
    ['that is too old', { now: Date.now() - 3_600_000 }, 'conditions.window'],
    ['signed by somebody else', { sealing: { assertion: { key: untrustedKey() } } }, 'sig.untrusted'],
    ['nobody signed', { sealing: {} }, 'sig.missing'],
    [
      'with a NameID for the moment',
      { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
      'subject.transient',
    ],
    ['about nobody the directory knows', { nameId: 'nobody', email: 'nobody@demo.test' }, 'member.unknown'],
  ] as const)('%s is refused, with one page for all', async (_, said, code) => {
    const begun = await begin(stage)
    const reply = await comeBack(stage, begun, said)
    expect(await refusedWith(reply)).toEqual([403, code])
    const plain = await post(stage, 'x=y')
    expect(without(reply)).toBe(without(plain))
  })

  it('about somebody who has left is put down with them, and creates nobody', async () => {
    const gone = await stage.person('gone')
    await stage.setActive(gone, false)
    const reply = await comeBack(stage, await begin(stage), {
      nameId: 'persistent-gone',
      email: 'gone@demo.test',
    })
    expect([reply.status, await codeOf(stage, reply, 'demo', gone.id)]).toEqual([403, 'member.departed'])
    const found = await createDirectory(stage.table).memberOrTombstone(gone.connection, gone.id)
    expect(found).toMatchObject({ active: false })
  })
})

describe('what is posted', () => {
  it.each([
    ['nothing', ''],
    ['no SAMLResponse', 'RelayState=x'],
    ['two of them', 'SAMLResponse=eA%3D%3D&SAMLResponse=eA%3D%3D'],
    ['two RelayStates', 'SAMLResponse=eA%3D%3D&RelayState=a&RelayState=b'],
    ['two, one of them written otherwise', 'SAMLResponse=eA%3D%3D&%53AMLResponse=eA%3D%3D'],
    ['one by another name', 'samlresponse=eA%3D%3D&SAMLResponse[]=eA%3D%3D&SAMLResponse%00=eA%3D%3D'],
    ['too many parameters', `SAMLResponse=eA%3D%3D${'&a=b'.repeat(20)}`],
  ])('as %s is no message', async (_, form) => {
    expect(await refusedWith(await post(stage, form))).toEqual([403, 'message.parameter'])
  })

  it('in another form is not read', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', '']) {
      const reply = await stage.send({
        method: 'POST',
        path: '/demo/saml/acs',
        form: formOf(spoken({})),
        headers: { 'content-type': type },
      })
      expect(await refusedWith(reply)).toEqual([403, 'message.parameter'])
    }
  })

  it('beyond the longest is not decoded', async () => {
    const reply = await post(stage, `SAMLResponse=${'%41'.repeat(300_000)}`)
    expect(await refusedWith(reply)).toEqual([403, 'message.size'])
  })

  it('with a character set behind the type is a form all the same', async () => {
    const begun = await begin(stage)
    const headers = { 'content-type': 'Application/X-WWW-Form-URLencoded; charset=UTF-8' }
    const { cookies } = begun
    const sent = { method: 'POST', path: '/demo/saml/acs', form: answer(begun), headers, cookies }
    const reply = await stage.send(sent)
    expect([reply.status, reply.headers.location]).toEqual([303, socLogin])
  })
})

describe('an address', () => {
  it('of a connection that is not there is as one without logins: nothing tells them apart', async () => {
    const replies = await Promise.all(
      ['plain', 'nobody', 'UPPER', '..', 'a%2Fb'].flatMap((connection) =>
        [
          ['GET', 'metadata'],
          ['GET', 'login'],
          ['POST', 'acs'],
          ['DELETE', 'acs'],
        ].map(([method = '', operation]) => stage.send({ method, path: `/${connection}/saml/${operation}` })),
      ),
    )
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(replies[0]?.status).toBe(404)
  })

  it.each([
    ['GET', 'acs', 'POST'],
    ['PUT', 'acs', 'POST'],
    ['HEAD', 'acs', 'POST'],
    ['OPTIONS', 'acs', 'POST'],
    ['POST', 'login', 'GET'],
    ['HEAD', 'login', 'GET'],
    ['POST', 'metadata', 'GET, HEAD'],
  ])('asked by %s for %s says what it takes', async (method, operation, allow) => {
    const reply = await stage.send({ method, path: `/demo/saml/${operation}` })
    expect([reply.status, reply.headers.allow]).toEqual([405, allow])
  })

  it('beside these is not there', async () => {
    for (const path of [
      '/demo/saml',
      '/demo/saml/',
      '/demo/saml/slo',
      '/demo/saml/acs/',
      '//saml/acs',
      '/demo/saml/acs\n',
      '/demo/saml/acs%0a',
      '/demo%2fsaml/acs',
      '/demo/saml/./acs',
      '/demo/../demo/saml/acs',
      '/demo/saml/ACS',
      '/demo/saml/acs;x',
      '/__proto__/saml/acs',
      '/constructor/saml/acs',
      '/demo\u0000/saml/acs',
    ])
      for (const method of ['GET', 'POST'])
        expect((await stage.send({ method, path })).status, path).toBe(404)
  })
})
