import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createSecretWriter, type StoreSecret } from '../../lib/cli/saml-keys-store.ts'

let server: Server
let write: StoreSecret
let folder: string
const asked: { readonly target: string; readonly body: Readonly<Record<string, unknown>> }[] = []
/** The service's own error, by its name; empty: it is done. */
let fault = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-keys-'))
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const target = String(request.headers['x-amz-target']).replace('secretsmanager.', '')
    asked.push({ target, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(fault === '' ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(fault === '' ? {} : { __type: fault, message: 'secret-text' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  write = createSecretWriter({ region: 'eu-west-1', endpoint, credentials })
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  asked.length = 0
  fault = ''
})

const reference = 'secretsmanager:rolecall/saml/acme'

test('a first secret is created, so that nothing is ever written over; a later one is a new version', async () => {
  await write(reference, 'secret-text', true)
  await write(reference, 'secret-text', false)
  expect(asked).toMatchObject([
    { target: 'CreateSecret', body: { Name: 'rolecall/saml/acme', SecretString: 'secret-text' } },
    { target: 'PutSecretValue', body: { SecretId: 'rolecall/saml/acme', SecretString: 'secret-text' } },
  ])
})

test.each([
  ['ResourceExistsException', true, 'is there already'],
  ['ResourceNotFoundException', false, 'is not there'],
  ['AccessDeniedException', false, 'allow secretsmanager:CreateSecret and secretsmanager:PutSecretValue'],
  ['InvalidRequestException', false, 'cannot be written (InvalidRequestException)'],
])('%s: said with its remedy, and without the secret', async (name, fresh, words) => {
  fault = name
  const error = await write(reference, 'secret-text', fresh).catch((cause: unknown) => cause as Error)
  expect(error).toMatchObject({ code: 'secretUnavailable', message: expect.stringContaining(words) })
  expect(String(error)).toContain(reference)
  expect(String(error)).not.toContain('secret-text')
})

test('files: a first one is never written over one that is there, and a later one takes its place whole', async () => {
  const path = join(folder, 'keys')
  await write(`file:${path}`, 'one', true)
  await expect(write(`file:${path}`, 'two', true)).rejects.toThrow('is there already')
  expect(readFileSync(path, 'utf8')).toBe('one')
  writeFileSync(`${path}.new`, 'left by a crash')
  await write(`file:${path}`, 'three', false)
  expect(readFileSync(path, 'utf8')).toBe('three')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.each(['ssm:/rolecall/saml/acme', 'env:KEYS'])('%s is left to other tools', async (other) => {
  await expect(write(other, 'secret-text', true)).rejects.toThrow(
    'leave out --write and store what is printed',
  )
  expect(asked).toEqual([])
})
