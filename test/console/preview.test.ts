import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sealed } from '../../infra/local/simulators/idp/answer.ts'
import { pemOf } from '../../infra/local/simulators/idp/certificate.ts'
import type { Member } from '../../lib/core/member.ts'
import { ownKeysText } from '../../lib/saml/trust/own-keys.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import {
  type LoginOptions,
  serviceKey,
  soundMessage,
  soundResponse,
  trustedKey,
  untrustedKey,
} from '../support/identity-provider.ts'
import { acs, audience, openStage, rules, type Stage, yaml } from './stage.ts'

let stage: Stage
let ada: Member
beforeAll(async () => {
  stage = await openStage()
  ada = await stage.person('ada')
  const zoe = await stage.person('zoe')
  await stage.team('Triage', ada, zoe)
  await stage.person('gone', { active: false })
  await stage.believe()
  // The day of the credential's last use is put down.
  await stage.call({ body: {} })
})
afterAll(() => stage.close())

const preview = async (body: object) => {
  const { status, body: answer } = await stage.call({ body })
  expect(answer.error).toBeUndefined()
  expect(status).toBe(200)
  return answer.result
}
const granted = (result: {
  communities: readonly { granted: readonly { role: string; change: string; source: string }[] }[]
}) =>
  result.communities.flatMap((one) =>
    one.granted.map(({ role, change, source }) => `${role} ${change} ${source}`),
  )

describe('a preview of a login', () => {
  it('says whom it would sign in, what it would give, and by which rule, and writes nothing', async () => {
    const before = stage.writes()
    const result = await preview({
      attributes: { groups: ['SOC-Analysts', 'Chess', 'triage'], dept: 'Audit', shoe: '42' },
      nameId: 'id-ada',
    })
    expect(stage.writes()).toBe(before)
    expect(result.person).toEqual({ kind: 'member', member: ada.id, by: 'externalId' })
    expect(granted(result)).toEqual(['tier1 kept scim'])
    expect(result.communities[0].suppressed).toMatchObject([
      { role: 'analyst', by: 'customReplacesBuiltin', winners: ['tier1'], source: 'sso' },
      { role: 'guest', by: 'customReplacesBuiltin', winners: ['tier1'], source: 'sso' },
    ])
    expect(
      result.rules.map((one: { rule: string; result: string; source?: string }) => [
        one.rule,
        one.result,
        one.source,
      ]),
    ).toEqual([
      ['analysts', 'matched', 'sso'],
      ['triage', 'matched', 'scim'],
      ['audit', 'matched', 'sso'],
      ['elsewhere', 'elsewhere', undefined],
    ])
    expect(result.statement.groups).toMatchObject({
      kind: 'present',
      names: [
        { name: 'SOC-Analysts', rules: ['analysts'] },
        { name: 'Chess', rules: [] },
        { name: 'triage', rules: ['triage'], pushed: true },
      ],
    })
    expect(result.statement.attributes).toEqual([
      { name: 'groups', values: 3, uses: [{ kind: 'groups' }] },
      { name: 'dept', values: 1, uses: [{ kind: 'rules', name: 'department', rules: ['audit'] }] },
      { name: 'shoe', values: 1, uses: [] },
    ])
  })

  it('names what is missing, and why a rule does not match, without a value of the directory', async () => {
    const result = await preview({ attributes: { Groups: 'SOC-Analysts' }, nameId: 'id-zoe' })
    expect(result.statement.groups.kind).toBe('absent')
    expect(result.statement.attributes[0].hint).toMatch(/letter by letter/)
    expect(result.statement.missing.map((one: { attribute: string }) => one.attribute)).toEqual([
      'groups',
      'dept',
    ])
    expect(result.rules[0]).toMatchObject({
      result: 'notMatched',
      against: ['in no group whose name or id equals "SOC-Analysts"'],
    })
    expect(result.missing).toEqual([{ rule: 'analysts', names: ['SOC-Analysts'], known: [] }])
    expect(JSON.stringify(result)).not.toContain('acme.test')
  })

  it('tells an overflow from nothing, and that neither takes anything', async () => {
    const link = 'http://schemas.microsoft.com/claims/groups.link'
    const result = await preview({ attributes: { [link]: 'https://graph.example' }, nameId: 'id-ada' })
    expect(result.statement.groups).toMatchObject({ kind: 'overflow', names: [] })
    expect(result.statement.attributes).toEqual([{ name: link, values: 1, uses: [{ kind: 'overflow' }] }])
    expect(result.communities[0].taken).toEqual([])
  })

  it('refuses as the login would, and says what to do', async () => {
    const codes = async (body: object) => (await preview(body)).person
    expect(await codes({ attributes: {}, nameId: 'nobody' })).toMatchObject({ code: 'member.unknown' })
    expect(await codes({ attributes: {}, nameId: 'id-gone' })).toMatchObject({ code: 'member.departed' })
    expect(await codes({ attributes: {}, nameId: 'nobody', email: 'x@other.test' })).toMatchObject({
      code: 'member.unknown',
    })
    const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
    expect(await codes({ attributes: {}, nameId: { value: 'id-ada', format } })).toMatchObject({
      code: 'subject.transient',
      remedy: expect.stringMatching(/persistent/),
    })
    expect(await codes({ attributes: {} })).toEqual({ kind: 'unknown' })
    expect(await codes({ attributes: {}, email: 'ada@acme.test' })).toEqual({
      kind: 'member',
      member: ada.id,
      by: 'email',
    })
  })

  it('looks at a stored member, and at a login as if it were theirs', async () => {
    const stored = await preview({ member: ada.id })
    expect(stored).toMatchObject({ person: { by: 'named' } })
    expect(stored).not.toHaveProperty('statement')
    expect(granted(stored)).toEqual(['tier1 kept scim'])
    const login = await preview({ member: ada.id, attributes: { dept: ['Audit'] } })
    expect(login.communities[0].suppressed).toMatchObject([{ role: 'guest' }])
  })

  it('judges by a configuration that is not pushed, beside what they have by the one that is', async () => {
    const candidate = yaml(
      rules.replace('anyOf: [SOC-Tier1, Triage]', 'equals: SOC-Tier1'),
      ', createMembers: true',
    )
    const result = await preview({ member: ada.id, configuration: candidate })
    expect(result.configuration).toBe(0)
    expect(result.communities[0]).toMatchObject({ granted: [], taken: [{ role: 'tier1', source: 'scim' }] })
    const created = {
      attributes: { groups: 'SOC-Analysts' },
      nameId: 'new',
      email: 'new@acme.test',
      configuration: candidate,
    }
    const fresh = await preview(created)
    expect(fresh.person).toEqual({ kind: 'created' })
    expect(granted(fresh)).toEqual(['analyst added sso'])
  })
})

describe('a preview of an assertion', () => {
  const login = (more: Partial<LoginOptions> = {}): LoginOptions => ({
    now: Date.now(),
    audience,
    acs,
    nameId: { value: 'id-ada' },
    groups: ['SOC-Analysts'],
    ...more,
  })

  it('checks its signature as a login would, reads its values, and does not judge its times', async () => {
    const old = soundResponse(login({ now: Date.UTC(2020, 0, 1) }))
    const result = await preview({ assertion: old })
    expect(result.message).toEqual({ verdict: { signature: 'valid' }, addressed: true })
    expect(result.person).toEqual({ kind: 'member', member: ada.id, by: 'externalId' })
    expect(result.statement.groups.names).toEqual([{ name: 'SOC-Analysts', rules: ['analysts'] }])
    expect(result.statement.attributes).toContainEqual({
      name: 'email',
      values: 1,
      uses: [{ kind: 'email' }],
    })
  })

  it('says what is wrong with one that would be refused, and shows it all the same', async () => {
    const verdicts = async (assertion: string) => (await preview({ assertion })).message.verdict
    const forged = soundResponse(login(), { assertion: { key: untrustedKey() } })
    expect(await verdicts(forged)).toEqual({ signature: 'untrusted', refusedFor: 'sig.untrusted' })
    const unsigned = sealed(soundMessage(login()), {})
    expect(await verdicts(unsigned)).toEqual({ signature: 'missing', refusedFor: 'sig.missing' })
    const changed = Buffer.from(soundResponse(login()), 'base64')
      .toString()
      .replace('SOC-Analysts', 'SOC-Tier1')
    expect(await verdicts(changed)).toEqual({ signature: 'invalid', refusedFor: 'sig.invalid' })
    const other = soundResponse(login({ audience: 'urn:other' }))
    expect(await verdicts(other)).toEqual({ signature: 'valid', refusedFor: 'audience' })
  })

  it('reads an assertion alone, as tracing tools show it', async () => {
    const whole = Buffer.from(soundResponse(login()), 'base64').toString()
    const alone = /<(\w+:)?Assertion[\s\S]*<\/(\w+:)?Assertion>/.exec(whole)?.[0] ?? ''
    const result = await preview({ assertion: alone })
    expect(result.person).toMatchObject({ member: ada.id })
    expect(result.message.verdict).toEqual({ signature: 'valid' })
  })

  it('decrypts with the keys that are configured, not with those somebody would like it to read', async () => {
    const { privateKey, certificate } = serviceKey()
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-preview-'))
    const file = join(folder, 'keys')
    writeFileSync(file, ownKeysText([{ privateKey, certificate: pemOf(certificate) }]))
    const secret = soundResponse(login(), { assertion: { key: trustedKey() }, encryption: { certificate } })
    const candidate = yaml(rules, `, keys: "file:${file}"`)
    const tried = await stage.call({ body: { assertion: secret, configuration: candidate } })
    expect([tried.status, tried.body.error?.message]).toEqual([400, expect.stringMatching(/encryption\./)])
    const configurations = createConfigurationStore(stage.table)
    await configurations.push(candidate, 1, 'olive', 'keys')
    // What is current is believed for some seconds.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 })
    expect((await stage.call({ body: { assertion: secret, configuration: yaml(rules) } })).status).toBe(200)
    await configurations.push(yaml(rules), 2, 'olive', 'as before')
    vi.setSystemTime(Date.now() + 10_000)
    expect((await stage.call({ body: { assertion: secret } })).status).toBe(400)
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })

  it('opens nothing hostile', async () => {
    const whole = Buffer.from(soundResponse(login()), 'base64').toString()
    const hostile: readonly (readonly [string, RegExp])[] = [
      [`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${whole}`, /xml\.markup/],
      [whole.replace('SOC-Analysts', 'SOC<!-- x -->-Analysts'), /xml\.markup/],
      [whole.replace('SOC-Analysts', '<![CDATA[SOC]]>'), /xml\.markup/],
      [`<a>${'<b>'.repeat(20_000)}`, /xml\.limits/],
      ['x'.repeat(400_000), /message\.size/],
      ['not xml, nor base64', /message\.base64/],
      ['<html></html>', /schema/],
    ]
    for (const [assertion, code] of hostile) {
      const { status, body } = await stage.call({ body: { assertion } })
      expect(status).toBe(400)
      expect(body.error).toMatchObject({
        code: 'invalidValue',
        field: 'assertion',
        message: expect.stringMatching(code),
      })
    }
  })

  it('belongs to a connection that has logins', async () => {
    const token = await stage.credential('plain', 'admin')
    const { status, body } = await stage.call({
      path: '/console/api/v1/plain/preview',
      authorization: `Bearer ${token}`,
      body: { assertion: soundResponse(login()) },
    })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({
      field: 'assertion',
      message: expect.stringMatching(/neither saml nor hooks/),
    })
  })
})

describe('a page of everybody by another configuration', () => {
  it('says who gains and who loses what, and goes on behind the last', async () => {
    const candidate = yaml(rules.replace('role: tier1', 'role: analyst'))
    const first = await preview({ everybody: true, configuration: candidate, limit: 2 })
    const second = await preview({ everybody: true, configuration: candidate, limit: 2, after: first.next })
    expect(second.next).toBeUndefined()
    const members = [...first.members, ...second.members]
    expect(members).toHaveLength(2)
    for (const one of members)
      expect(one).toMatchObject({
        gains: [{ community: 'soc', role: 'analyst' }],
        loses: [{ community: 'soc', role: 'tier1' }],
      })
    expect(first.summary.members + second.summary.members).toBe(3)
  })
})

describe('the console’s door', () => {
  it('opens to the admin credential of the connection and to no other', async () => {
    const body = { member: ada.id }
    for (const [connection, scope] of [
      ['acme', 'scim'],
      ['acme', 'hooks'],
      ['plain', 'admin'],
    ] as const) {
      const authorization = `Bearer ${await stage.credential(connection, scope)}`
      const { status, headers, text } = await stage.call({ body, authorization })
      expect([status, headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer/)])
      expect(text).not.toContain(ada.id)
    }
    expect((await stage.call({ body, authorization: undefined })).status).toBe(401)
    expect((await stage.call({ body: '{', authorization: undefined })).status).toBe(401)
  })

  it('knows nothing but its addresses and methods', async () => {
    for (const path of [
      '/console/api/v1/acme',
      '/console/api/v1/acme/previews',
      '/console',
      '/console/api/v2/acme/preview',
      '/console/api/v1/ACME/preview',
    ])
      expect((await stage.call({ path, body: {} })).status).toBe(404)
    const { status, headers } = await stage.call({ method: 'GET' })
    expect([status, headers.allow]).toEqual([405, 'POST'])
  })

  it('says of what it refuses which field, which rule and what to do', async () => {
    const cases: readonly (readonly [object, string])[] = [
      [{}, 'body'],
      [{ attributes: {}, assertion: '<a/>' }, 'assertion'],
      [{ attributes: { groups: [1] } }, 'attributes.groups'],
      [{ attributes: ['groups'] }, 'attributes'],
      [{ attributes: {}, nameId: '' }, 'nameId'],
      [{ attributes: {}, nameId: { value: 'x', kind: 'y' } }, 'kind'],
      [{ assertion: 'x', nameId: 'y' }, 'nameId'],
      [{ assertion: 3 }, 'assertion'],
      [{ member: 'a b' }, 'member'],
      [{ member: 'x', everybody: true }, 'member'],
      [{ everybody: true }, 'configuration'],
      [{ everybody: true, configuration: yaml(rules), limit: 1000 }, 'limit'],
      [{ everybody: true, configuration: yaml(rules), after: 'x' }, 'after'],
      [{ member: 'x', limit: 3 }, 'limit'],
      [{ member: 'x', configuration: 3 }, 'configuration'],
      [{ membre: 'x' }, 'membre'],
    ]
    for (const [body, field] of cases) {
      const answer = await stage.call({ body })
      expect([answer.status, answer.body.error.field, body]).toEqual([400, field, body])
      expect(answer.body.error.message).toMatch(/: |;/)
      expect(answer.body.requestId).toMatch(/^request-/)
    }
    expect((await stage.call({ raw: '{"a":' })).body.error).toMatchObject({
      code: 'invalidSyntax',
      field: 'body',
    })
    expect((await stage.call({ raw: '['.repeat(100_000) })).status).toBe(400)
    expect((await stage.call({ body: {}, type: 'text/plain' })).status).toBe(415)
    expect((await stage.call({ body: { member: 'nobody-there' } })).body.error).toMatchObject({
      code: 'notFound',
      field: 'member',
    })
    const bad = await stage.call({ body: { member: ada.id, configuration: 'version: 2' } })
    expect([bad.status, bad.body.error.field]).toEqual([400, 'configuration'])
  })
})
