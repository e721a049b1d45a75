import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSecrets } from '../../lib/config/secrets.ts'
import { createTestClock } from '../support/clock.ts'

let folder: string
let server: Server
let answers: Map<string, object>
let asked: string[]

/** Speaks as much of AWS's JSON protocol as the two calls need. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-secrets-test-'))
  answers = new Map()
  asked = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const question = `${request.headers['x-amz-target']} ${Buffer.concat(chunks)}`
      asked.push(question)
      const answer = answers.get(question)
      response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'no' }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const open = (local: boolean, variables: Readonly<Record<string, string>> = {}) => {
  const clock = createTestClock()
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const aws = { region: 'eu-west-1', endpoint, credentials }
  return {
    clock,
    secret: createSecrets({ clock, local, aws, variable: (name) => variables[name], keepFor: 60 }),
  }
}
const manager = 'secretsmanager.GetSecretValue {"SecretId":"rolecall/soc"}'

test('Secrets Manager and Parameter Store', async () => {
  answers.set(manager, { SecretString: 'key-1\n' })
  answers.set('AmazonSSM.GetParameter {"Name":"/rolecall/soc","WithDecryption":true}', {
    Parameter: { Value: 'key-2' },
  })
  const { secret } = open(false)
  expect(await secret('secretsmanager:rolecall/soc')).toBe('key-1')
  expect(await secret('ssm:/rolecall/soc')).toBe('key-2')
})

test('files and variables, on one machine', async () => {
  writeFileSync(join(folder, 'key'), 'key-3\n')
  const { secret } = open(true, { SOC_KEY: 'key-4' })
  expect(await secret(`file:${join(folder, 'key')}`)).toBe('key-3')
  expect(await secret('env:SOC_KEY')).toBe('key-4')
})

test('files and variables are refused elsewhere, even when they are there', async () => {
  writeFileSync(join(folder, 'key'), 'key-3')
  const { secret } = open(false, { SOC_KEY: 'key-4' })
  for (const reference of [`file:${join(folder, 'key')}`, 'env:SOC_KEY'])
    await expect(secret(reference)).rejects.toMatchObject({
      code: 'secretUnavailable',
      message: expect.stringContaining('one machine only'),
    })
})

test('kept for a while, then asked for again: a rotated key is used', async () => {
  answers.set(manager, { SecretString: 'old' })
  const { secret, clock } = open(false)
  expect(await secret('secretsmanager:rolecall/soc')).toBe('old')
  answers.set(manager, { SecretString: 'new' })
  clock.advance(59)
  expect(await secret('secretsmanager:rolecall/soc')).toBe('old')
  clock.advance(2)
  expect(await secret('secretsmanager:rolecall/soc')).toBe('new')
  expect(asked).toHaveLength(2)
})

test('errors name the reference and the remedy, and a failure is not kept', async () => {
  const { secret } = open(true, { EMPTY: ' ' })
  const cases = [
    ['secretsmanager:rolecall/soc', 'ResourceNotFoundException'],
    ['ssm:/none', 'allow ssm:GetParameter'],
    [`file:${join(folder, 'none')}`, 'create the file'],
    ['env:NONE', 'set the variable'],
    ['env:EMPTY', 'is empty or missing'],
  ] as const
  for (const [reference, said] of cases) {
    const failure = secret(reference)
    await expect(failure).rejects.toMatchObject({
      code: 'secretUnavailable',
      message: expect.stringContaining(said),
    })
    await expect(failure).rejects.toMatchObject({ message: expect.stringContaining(reference) })
  }
  answers.set(manager, { SecretString: 'there now' })
  expect(await secret('secretsmanager:rolecall/soc')).toBe('there now')
})

test('what is no reference may be a secret, so it is not repeated', async () => {
  const failure = open(true).secret('sk-live-123')
  await expect(failure).rejects.toMatchObject({ code: 'secretUnavailable' })
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('sk-live') })
})
