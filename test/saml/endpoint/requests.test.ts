import { createHash, createVerify, X509Certificate } from 'node:crypto'
import { DOMParser } from '@xmldom/xmldom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignedXml } from 'xml-crypto'
import { pemOf } from '../../../infra/local/simulators/idp/certificate.ts'
import { readPosted } from '../../../infra/local/simulators/idp/request.ts'
import { connectionId } from '../../../lib/core/ids.ts'
import { returnTarget } from '../../../lib/saml/return-to.ts'
import { fitsSchema } from '../../../lib/saml/verify/schema.ts'
import { loginRequestKey } from '../../../lib/store/keys.ts'
import { recordOf } from '../../../lib/store/records.ts'
import { nextKey, serviceKey, testIssuer } from '../../support/identity-provider.ts'
import { begin, begunBy, cookiePair } from './browser.ts'
import { openStage, publicUrl, type Reply, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  for (const connection of ['demo', 'keyed', 'broken']) await stage.believe(connection)
})
afterAll(() => stage.close())

const ask = (query: string, connection = 'demo', cookies: readonly string[] = []): Promise<Reply> =>
  stage.send({ method: 'GET', path: `/${connection}/saml/login${query}`, cookies })
const idpUrl = 'https://idp.test/sso'

describe('a login request', () => {
  it('says who asks, of whom, and where the answer goes; and names no format of NameID', async () => {
    const { id, xml, location, relayState } = await begin(stage)
    expect(`${location.origin}${location.pathname}`).toBe(idpUrl)
    expect([...location.searchParams.keys()]).toEqual(['SAMLRequest', 'RelayState'])
    expect(fitsSchema(xml)).toBe(true)
    const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement
    expect(
      Object.fromEntries(Array.from(root.attributes).map(({ name, value }) => [name, value])),
    ).toMatchObject({
      ID: id,
      Version: '2.0',
      Destination: idpUrl,
      ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      AssertionConsumerServiceURL: `${publicUrl}/demo/saml/acs`,
    })
    expect(root.hasAttribute('ForceAuthn')).toBe(false)
    expect(xml).toContain(`<saml:Issuer>${publicUrl}/demo/saml/metadata</saml:Issuer>`)
    expect(xml).toContain('<samlp:NameIDPolicy AllowCreate="true"/>')
    expect(Buffer.byteLength(relayState)).toBeLessThanOrEqual(80)
  })

  it('is kept under what nobody guesses, with the hash of the cookie alone, for ten minutes', async () => {
    const reply = await ask('?community=paper')
    const { id, relayState, cookies } = begunBy(reply)
    const [, secret = ''] = cookies[0]?.split('=') ?? []
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(reply.cookies).toEqual([
      `__Host-rolecall-${relayState}=${secret}; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=600`,
    ])
    const item = await stage.table.get(loginRequestKey(connectionId('demo'), id))
    expect(item && recordOf(item)).toMatchObject({ id, handle: relayState, community: 'paper' })
    expect(Number(item?.expiresAt)).toBeGreaterThan(Date.now() / 1000 + 590)
    expect(JSON.stringify(item)).not.toContain(secret)
    expect(JSON.stringify(reply.headers)).not.toContain('paper')
  })

  it('is another one each time', async () => {
    const begun = await Promise.all([1, 2, 3].map(() => begin(stage)))
    for (const part of ['id', 'relayState'] as const)
      expect(new Set(begun.map((one) => one[part])).size).toBe(3)
  })

  it('is signed as it is sent where we have keys, by the first of them', async () => {
    const { location } = await begin(stage, '', 'keyed')
    const { searchParams, search } = location
    expect(searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
    const signed = search.slice(1, search.indexOf('&Signature='))
    const verifier = (certificate: string) =>
      createVerify('sha256')
        .update(signed)
        .verify(pemOf(certificate), searchParams.get('Signature') ?? '', 'base64')
    expect([verifier(serviceKey().certificate), verifier(nextKey().certificate)]).toEqual([true, false])
  })

  it('keeps a query the identity provider has in its address', async () => {
    await stage.believe('demo', { signOn: { redirect: 'https://idp.test/sso?tenant=a%26b' } })
    const { location, xml } = await begin(stage)
    expect(location.search.startsWith('?tenant=a%26b&SAMLRequest=')).toBe(true)
    expect(xml).toContain('Destination="https://idp.test/sso?tenant=a%26b"')
    await stage.believe('demo')
  })

  it.each([
    ['a query that is empty', 'https://idp.test/sso?', 'https://idp.test/sso?SAMLRequest='],
    [
      'the names of tags',
      'https://idp.test/{ID}?a={Issuer}&b={Destination}',
      'https://idp.test/%7BID%7D?a={Issuer}&b={Destination}&SAMLRequest=',
    ],
    [
      'markup',
      `https://idp.test/"><x>?a="&b='<`,
      'https://idp.test/%22%3E%3Cx%3E?a=%22&b=%27%3C&SAMLRequest=',
    ],
    ['line breaks', 'https://idp.test/\r\nset-cookie:a', 'https://idp.test/set-cookie:a?SAMLRequest='],
    ['letters of other scripts', 'https://idp.test/é?ü', 'https://idp.test/%C3%A9?%C3%BC&SAMLRequest='],
  ])('goes to an address with %s in it, whole', async (_, redirect, beginning) => {
    for (const connection of ['demo', 'keyed']) {
      await stage.believe(connection, { signOn: { redirect } })
      const { headers } = await ask('', connection)
      expect(headers.location?.slice(0, beginning.length)).toBe(beginning)
      const { xml, location } = await begin(stage, '', connection)
      expect(location.searchParams.getAll('SAMLRequest')).toHaveLength(1)
      const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement
      // A line break in an attribute is read as a blank (XML 1.0 §3.3.3).
      expect(root.getAttribute('Destination')?.replaceAll(/\s/g, '')).toBe(redirect.replaceAll(/\s/g, ''))
      await stage.believe(connection)
    }
  })

  it('by HTTP-POST is a form that sends itself, or waits for a button, with the signature in the message', async () => {
    const post = 'https://idp.test/post?a=1&b="><script>'
    await stage.believe('keyed', { signOn: { post } })
    const reply = await ask('', 'keyed')
    await stage.believe('keyed')
    expect(reply.status).toBe(200)
    const sources = reply.headers['content-security-policy']?.split('; ') ?? []
    const script = /<script>(.*?)<\/script>/.exec(reply.text)?.[1] ?? ''
    expect(sources).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^style-src 'sha256-[^']+'$/),
      `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
      'form-action https:',
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
    expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    expect(reply.text).toContain('action="https://idp.test/post?a=1&amp;b=&quot;&gt;&lt;script&gt;"')
    const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(reply.text)?.[1] ?? ''
    const message = Buffer.from(value('SAMLRequest'), 'base64').toString('utf8')
    expect(readPosted(value('SAMLRequest'))).toMatchObject({ destination: post, forceAuthn: false })
    expect(value('RelayState')).toMatch(/^[\w-]{22}$/)
    expect(fitsSchema(message)).toBe(true)
    expect(message).toMatch(/<\/saml:Issuer><ds:Signature /)
    const signature = new DOMParser()
      .parseFromString(message, 'text/xml')
      .getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0]
    const check = new SignedXml({ publicCert: pemOf(serviceKey().certificate) })
    check.loadSignature(signature as unknown as Node)
    expect(check.checkSignature(message)).toBe(true)
  })

  it('makes room for itself among the cookies: the oldest go first', async () => {
    const cookies: string[] = ['other=1']
    for (let n = 0; n < 8; n += 1) cookies.push(cookiePair((await ask('')).cookies[0] ?? ''))
    const reply = await ask('', 'demo', cookies)
    const cleared = reply.cookies.filter((cookie) => cookie.endsWith('Max-Age=0'))
    expect(cleared.map((cookie) => cookie.split('=')[0])).toEqual(
      cookies.slice(1, 5).map((cookie) => cookie.split('=')[0]),
    )
    expect(reply.cookies).toHaveLength(5)
    expect((await ask('', 'demo', cookies.slice(4))).cookies).toHaveLength(2)
    expect((await ask('', 'demo', cookies.slice(5))).cookies).toHaveLength(1)
  })
})

describe('where a login may lead', () => {
  it.each([
    'https://evil.example/',
    'https://soc.example.test.evil.example/',
    'https://evil.example/https://soc.example.test/',
    'https://soc.example.test@evil.example/',
    'https://soc.example.test:443@evil.example/',
    'https://evil.example\\@soc.example.test/',
    'https://soc.example.test\\.evil.example/',
    'https:\\\\soc.example.test/',
    'https:/soc.example.test/',
    'https:soc.example.test',
    '//soc.example.test/',
    '/relative',
    'soc.example.test',
    'http://soc.example.test/',
    'https://soc.example.test:8443/',
    'https://user@soc.example.test/',
    'https://:@soc.example.test/',
    'https://@soc.example.test/',
    'javascript:alert(1)',
    'data:text/html,x',
    ' https://soc.example.test/',
    'https://soc.example.test/\r\nset-cookie: a=b',
    'https://soc.example.test/\u0000',
    'https://soc\t.example.test/',
    'https://soc.example.test/\u202Eabc',
    'https://ѕoc.example.test/',
    'https://soc.example.test./',
    'https:///soc.example.test/',
    'https://[::ffff:127.0.0.1]/',
    'https://evil.example#@soc.example.test/',
    'https://evil.example?@soc.example.test/',
    'view-source:https://soc.example.test/',
    'blob:https://soc.example.test/x',
    '\uFEFFhttps://soc.example.test/',
    `https://soc.example.test/${'a'.repeat(3_000)}`,
    '',
  ])('is not %j', async (returnTo) => {
    const reply = await ask(`?returnTo=${encodeURIComponent(returnTo)}`)
    expect([reply.status, reply.cookies, reply.headers.location]).toEqual([400, [], undefined])
    if (returnTo.length > 1) expect(reply.text).not.toContain(returnTo)
  })

  it.each([
    ['https://ｓｏｃ.example.test/', 'https://soc.example.test/'],
    ['https://soc。example.test/', 'https://soc.example.test/'],
    ['https://soc%2Eexample.test/%0d%0aset-cookie:a', 'https://soc.example.test/%0d%0aset-cookie:a'],
    ['https://soc.example.test/é?@evil.example', 'https://soc.example.test/%C3%A9?@evil.example'],
    ['https://soc.example.test//evil.example', 'https://soc.example.test//evil.example'],
  ])('is kept in its one spelling: %j', (returnTo, kept) => {
    expect(returnTarget(returnTo, ['https://soc.example.test'], false)).toBe(kept)
  })

  it.each(['?community=nowhere', '?community=demo-soc&community=paper', '?community='])(
    'is not %s either',
    async (query) => {
      expect((await ask(query)).status).toBe(400)
    },
  )

  it('is asked once', async () => {
    const place = encodeURIComponent('https://soc.example.test/')
    expect((await ask(`?returnTo=${place}&returnTo=${place}`)).status).toBe(400)
    expect((await ask(`?returnTo=${place}&community=demo-soc`)).status).toBe(302)
  })

  it('is this machine only where everything is on this machine', () => {
    for (const text of ['http://127.0.0.1:8081/a', 'http://localhost:8081/', 'http://[::1]/']) {
      const origins = [new URL(text).origin]
      expect(returnTarget(text, origins, true)).toBe(text)
      expect(returnTarget(text, origins, false)).toBeUndefined()
    }
    expect(returnTarget('http://127.0.0.1.example/', ['http://127.0.0.1.example'], true)).toBeUndefined()
  })
})

describe('a connection that cannot be used', () => {
  const seen = async (connection: string) => {
    const { status, cookies, text, requestId, headers } = await ask('', connection)
    expect(text).toContain(requestId)
    expect(headers['retry-after']).toBeUndefined()
    return [status, cookies]
  }

  it('because nobody is trusted says so, and sends nobody anywhere', async () => {
    // Nothing was ever believed of it.
    expect(await seen('hasty')).toEqual([503, []])
    await stage.believe('hasty', { keys: [] })
    expect(await seen('hasty')).toEqual([503, []])
  })

  it('because its keys cannot be read does not go on without them', async () => {
    expect(await seen('broken')).toEqual([503, []])
    expect((await stage.send({ method: 'GET', path: '/broken/saml/metadata' })).status).toBe(503)
  })

  it('because requests have to be signed and there is nothing to sign with', async () => {
    await stage.believe('demo', { wantsSignedRequests: true })
    expect(await seen('demo')).toEqual([503, []])
    await stage.believe('keyed', { wantsSignedRequests: true })
    expect((await ask('', 'keyed')).status).toBe(302)
    await stage.believe('demo')
  })
})

describe('our own metadata', () => {
  const metadata = async (connection: string) => {
    const reply = await stage.send({ method: 'GET', path: `/${connection}/saml/metadata` })
    expect([reply.status, reply.headers['content-type']]).toEqual([
      200,
      'application/samlmetadata+xml; charset=utf-8',
    ])
    return reply.text
  }

  it('name us, where answers go, by HTTP-POST only, and that assertions are to be signed', async () => {
    const text = await metadata('demo')
    expect(text).toContain(`entityID="${publicUrl}/demo/saml/metadata"`)
    expect(text).toMatch(/<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"/)
    expect(text.match(/<md:AssertionConsumerService[^>]*>/g)).toEqual([
      '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"' +
        ` Location="${publicUrl}/demo/saml/acs" index="0" isDefault="true"/>`,
    ])
    expect(/<md:NameIDFormat>([^<]*)</.exec(text)?.[1]).toBe(
      'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    )
    expect(text).not.toContain('KeyDescriptor')
    expect(text).not.toContain(testIssuer)
    expect(await metadata('demo')).toBe(text)
  })

  it('publish every key for both uses, the signing one first, and nothing private', async () => {
    const text = await metadata('keyed')
    expect(text).toContain('AuthnRequestsSigned="true"')
    const root = new DOMParser().parseFromString(text, 'text/xml').documentElement
    const found = Array.from(root.getElementsByTagName('md:KeyDescriptor')).map((descriptor) => [
      descriptor.getAttribute('use'),
      new X509Certificate(
        Buffer.from(descriptor.getElementsByTagName('ds:X509Certificate')[0]?.textContent ?? '', 'base64'),
      ).raw.toString('base64'),
    ])
    const [first, second] = [serviceKey().certificate, nextKey().certificate]
    expect(found).toEqual([
      ['signing', first],
      ['signing', second],
      ['encryption', first],
      ['encryption', second],
    ])
    expect(text).not.toContain('PRIVATE')
    expect(text).toContain('xmlenc11#aes256-gcm')
  })

  it('are there without a body for who only asks whether they are', async () => {
    const reply = await stage.send({ method: 'HEAD', path: '/demo/saml/metadata' })
    expect([reply.status, reply.text]).toEqual([200, ''])
  })
})
