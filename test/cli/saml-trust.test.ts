import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../lib/core/audit.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { parseOwnKeys } from '../../lib/saml/trust/own-keys.ts'
import { auditPartition } from '../../lib/store/keys.ts'
import { recordOf } from '../../lib/store/records.ts'
import { createTrustStore } from '../../lib/store/trust.ts'
import {
  certificate,
  certificateApart,
  entity,
  keyDescriptor,
  type Made,
  signOn,
} from '../saml/trust/metadata-text.ts'
import { type Desk, openDesk } from './command.ts'

const acme = connectionId('acme')
let desk: Desk
let server: Server
let base: string
let served = ''
const [one, two] = [certificate('IdP one'), certificateApart('IdP two')]
const metadata = (...made: readonly Made[]): string =>
  entity({ keys: made.map(({ base64 }) => keyDescriptor(base64, 'signing')).join('') })

beforeAll(async () => {
  desk = await openDesk()
  server = createServer((_request, response) => {
    response.writeHead(served === '' ? 503 : 200).end(served)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`
  const file = desk.write(
    'saml.yaml',
    '\ncommunities:\n',
    `
  - { id: acme, domains: [acme.test], groups: { from: [saml] }, saml: { metadata: "${base}", keys: "file:${desk.data}/acme-keys" } }
  - { id: filed, domains: [], groups: { from: [saml] }, saml: { metadata: stored } }
  - { id: plain, domains: [] }

communities:
`,
  )
  const pushed = await desk.call('config', 'push', file)
  if (pushed.code !== 0) throw new Error(pushed.error)
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await desk.close()
})

const trail = async (): Promise<readonly AuditEntry[]> =>
  (await desk.table.query({ pk: auditPartition('system', 'trust', acme) })).items.map((item) =>
    recordOf<AuditEntry>(item),
  )
const json = async (...args: readonly string[]) => {
  const ended = await desk.call(...args, '--json')
  return { code: ended.code, value: JSON.parse(ended.out) }
}

describe('saml trust', () => {
  test('shows what it found and writes nothing; with --yes it is trusted, with who did it', async () => {
    served = metadata(one)
    const shown = await desk.call('saml', 'trust', 'acme')
    expect(shown.code).toBe(2)
    expect(shown.out).toContain('Identity provider https://idp.example/ of acme\n')
    expect(shown.out).toContain('  sign-on  https://idp.example/sso?app=1&x=2 (redirect)\n')
    expect(shown.out).toContain(`  new      ${one.fingerprint}  IdP one, ends 2035-12-31T23:00:00.000Z\n`)
    expect(shown.out).toMatch(/Nothing was written; compare the fingerprints .* --yes does it\.\n$/)
    expect(await createTrustStore(desk.table).identityProvider(acme)).toBeUndefined()
    const trusted = await desk.call('saml', 'trust', 'acme', '--yes', '--by', 'olive')
    expect(trusted).toMatchObject({ code: 0, error: '' })
    expect(trusted.out).toContain('Trusted from the next login on.')
    expect(await createTrustStore(desk.table).identityProvider(acme)).toMatchObject({ url: base, edition: 1 })
    expect(await trail()).toMatchObject([
      {
        actor: { kind: 'operator', label: 'olive' },
        event: { kind: 'certificateTrusted', fingerprint: one.fingerprint },
      },
    ])
  })

  test('of what is trusted already there is nothing to do', async () => {
    expect(await desk.call('saml', 'trust', 'acme')).toMatchObject({ code: 0 })
    expect((await desk.call('saml', 'trust', 'acme', '--yes')).out).toContain('there is nothing to do')
    expect(await createTrustStore(desk.table).identityProvider(acme)).toMatchObject({ edition: 1 })
  })

  test('from a file, too: what it no longer names is on its way out', async () => {
    const file = join(desk.data, 'metadata.xml')
    writeFileSync(file, metadata(two))
    const shown = await json('saml', 'trust', 'acme', file)
    expect(shown).toMatchObject({
      code: 2,
      value: {
        changes: true,
        trusted: false,
        certificates: [
          { fingerprint: one.fingerprint, state: 'gone', subject: 'IdP one' },
          { fingerprint: two.fingerprint, state: 'new' },
        ],
      },
    })
    expect((await desk.call('saml', 'trust', 'acme', file, '--yes')).code).toBe(0)
    expect(await trail()).toHaveLength(3)
    served = metadata(one, two)
    expect(await json('saml', 'trust', 'acme', '--yes')).toMatchObject({ code: 0, value: { trusted: true } })
    expect((await createTrustStore(desk.table).identityProvider(acme))?.certificates[0]?.gone).toBeUndefined()
  })

  test('a stored one needs its file, and every refusal says what to do', async () => {
    expect((await desk.call('saml', 'trust', 'filed')).error).toContain('FILE is missing')
    expect((await desk.call('saml', 'trust', 'plain')).error).toContain('plain has no saml')
    expect((await desk.call('saml', 'trust', 'acne')).error).toContain('did you mean acme?')
    expect((await desk.call('saml', 'trust', 'filed', 'no-such-file')).error).toContain('there is no file')
    const file = join(desk.data, 'bad.xml')
    writeFileSync(file, entity({ services: signOn('http://idp.example/') }))
    expect(await desk.call('saml', 'trust', 'filed', file)).toMatchObject({
      code: 1,
      error:
        'error: SingleSignOnService: its Location must begin with https://; give it a public https address at the identity provider (trust.signOn)\n',
    })
    writeFileSync(file, entity({ entityId: 'urn:other' }))
    expect((await desk.call('saml', 'trust', 'acme', file)).error).toContain(
      'if it has really changed, set saml.entityId to the new one; trusted is https://idp.example/ (trust.otherEntity)',
    )
    const before = served
    served = ''
    expect((await desk.call('saml', 'trust', 'acme')).error).toContain('it answers with 503')
    served = before
  })
})

describe('saml show', () => {
  test('tells what both sides have to know', async () => {
    const shown = await desk.call('saml', 'show', 'acme', '--url', 'https://rolecall.acme.test/')
    expect(shown).toMatchObject({ code: 0, error: '' })
    expect(shown.out).toContain('  entityID https://rolecall.acme.test/acme/saml/metadata\n')
    expect(shown.out).toContain('  ACS      https://rolecall.acme.test/acme/saml/acs (HTTP-POST)\n')
    expect(shown.out).toContain(`  trusted  ${one.fingerprint}  IdP one, ends `)
    expect(shown.out).toContain(` from ${base}\n`)
    expect(shown.out).toContain('npx rolecall saml keys acme')
  })
  test('guesses no address, and says when nobody is trusted yet', async () => {
    const { out } = await desk.call('saml', 'show', 'filed')
    expect(out).toContain('PUBLIC-URL/filed/saml/acs')
    expect(out).toContain('--url https://')
    expect(out).toContain(
      'No identity provider is trusted yet, and every login is refused.\n  npx rolecall saml trust filed FILE --yes',
    )
    expect(out).toContain('Own keys: none')
    expect((await desk.call('saml', 'show', 'filed', '--url', 'rolecall')).code).toBe(1)
  })
})

describe('saml revoke', () => {
  test('at once, by the beginning of the fingerprint or as other tools write it; metadata do not bring it back', async () => {
    const typed = one.fingerprint.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:')
    const revoked = await desk.call('saml', 'revoke', 'acme', typed, '--reason', 'key lost')
    expect(revoked).toMatchObject({ code: 0, error: '' })
    expect(revoked.out).toBe(`${one.fingerprint} is revoked: nothing it signed is believed from now on.\n`)
    expect((await trail()).at(-1)).toMatchObject({
      event: { kind: 'certificateRevoked', fingerprint: one.fingerprint, reason: 'key lost' },
    })
    expect((await desk.call('saml', 'trust', 'acme', '--yes')).out).toContain(`  revoked  ${one.fingerprint}`)
    const short = one.fingerprint.slice(0, 8)
    expect((await desk.call('saml', 'revoke', 'acme', short, '--reason', 'again')).out).toContain(
      'is revoked already',
    )
  })
  test('the last one leaves a warning; --undo takes a revocation back', async () => {
    const last = await desk.call('saml', 'revoke', 'acme', two.fingerprint, '--reason', 'test')
    expect(last.error).toMatch(/^warning: acme trusts no certificate now, and every login there is refused/)
    const again = await desk.call('saml', 'trust', 'acme', '--yes')
    expect([again.code, again.out.includes('nothing to do')]).toEqual([1, false])
    expect(again.error).toMatch(
      /^warning: every certificate in them is revoked here, .* --undo --reason TEXT/,
    )
    const undone = await json('saml', 'revoke', 'acme', two.fingerprint, '--undo', '--reason', 'mistaken')
    expect(undone).toEqual({
      code: 0,
      value: { connection: 'acme', fingerprint: two.fingerprint, changed: [two.fingerprint], trusted: 1 },
    })
  })
  test('two at the same moment both have their way', async () => {
    const both = [[one.fingerprint, '--undo'], [two.fingerprint]].map((rest) =>
      json('saml', 'revoke', 'acme', ...rest, '--reason', 'test'),
    )
    const changed = (await Promise.all(both)).map(({ code, value }) => [code, value.changed])
    expect(changed).toEqual([
      [0, [one.fingerprint]],
      [0, [two.fingerprint]],
    ])
  })
  test.each([
    [['acme', 'abc', '--reason', 'x'], 'its first 8 digits at least'],
    [['acme', '0'.repeat(64), '--reason', 'x'], 'acme has no certificate'],
    [['acme', '0'.repeat(64)], '--reason "why" is missing'],
    [['filed', '0'.repeat(64), '--reason', 'x'], 'filed trusts no identity provider yet'],
    [['nobody', '0'.repeat(64), '--reason', 'x'], 'has no connection nobody'],
  ])('%j is refused', async (args, words) => {
    const { code, error } = await desk.call('saml', 'revoke', ...args)
    expect(code).toBe(1)
    expect(error).toContain(words)
  })
})

describe('saml keys', () => {
  const file = () => join(desk.data, 'acme-keys')
  const fingerprints = () => parseOwnKeys(readFileSync(file(), 'utf8')).map(({ fingerprint }) => fingerprint)

  test('printed, with what to do with them, and nothing is stored', async () => {
    const made = await desk.call('saml', 'keys', 'filed')
    expect(made.code).toBe(0)
    expect(parseOwnKeys(made.out)).toHaveLength(1)
    expect(made.error).toContain(
      'warning: standard output holds private keys: pipe it to aws secretsmanager create-secret',
    )
    expect(made.error).toContain('Next: write saml: { keys: … } for filed into the configuration')
    expect((await desk.call('saml', 'keys', 'filed', '--write')).error).toContain('--write needs saml.keys')
    expect((await desk.call('saml', 'keys', 'filed', '--rotate')).error).toContain(
      'there is nothing to rotate',
    )
  })

  test('a whole rotation, in three commands, each of which names the next', async () => {
    expect((await desk.call('saml', 'keys', 'acme', '--activate', '--write')).code).toBe(1)
    const first = await desk.call('saml', 'keys', 'acme', '--write')
    expect(first).toMatchObject({ code: 0 })
    expect(first.out + first.error).not.toContain('PRIVATE KEY')
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const [old] = fingerprints()
    expect((await desk.call('saml', 'keys', 'acme', '--write')).error).toContain('--rotate begins the change')
    const rotated = await desk.call('saml', 'keys', 'acme', '--rotate', '--write')
    expect(rotated.error).toContain(`then npx rolecall saml keys acme --activate --write --data ${desk.data}`)
    const [still, made] = fingerprints()
    expect(still).toBe(old)
    expect((await desk.call('saml', 'keys', 'acme', '--rotate', '--write')).error).toContain(
      'there are two keys already',
    )
    const active = await desk.call('saml', 'keys', 'acme', '--activate', '--write')
    expect(active.out).toContain(`  signs     ${made}, ends `)
    expect(active.out).toContain(`  published ${old}, ends `)
    expect((await desk.call('saml', 'show', 'acme')).out).toContain(`  signs     ${made}, ends `)
    expect(await json('saml', 'keys', 'acme', '--retire', '--write')).toMatchObject({
      code: 0,
      value: { keys: [{ fingerprint: made, signs: true }] },
    })
    expect(fingerprints()).toEqual([made])
    expect((await desk.call('saml', 'keys', 'acme', '--retire', '--write')).error).toContain(
      'there is one key only',
    )
    expect((await desk.call('saml', 'keys', 'acme', '--retire', '--rotate')).error).toContain('at a time')
  })

  test('what is there and holds no keys of ours is not overwritten, nor quoted', async () => {
    writeFileSync(file(), 'hunter2')
    for (const args of [['--write'], ['--rotate', '--write']]) {
      const { code, error } = await desk.call('saml', 'keys', 'acme', ...args)
      expect(code).toBe(1)
      expect(error).toContain('the secret: must be JSON')
      expect(error).not.toContain('hunter2')
    }
    expect(readFileSync(file(), 'utf8')).toBe('hunter2')
  })
})
