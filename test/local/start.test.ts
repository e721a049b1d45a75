import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

// `npm start` as a new user meets it: the real process, its printed lines pasted into a shell.
const script = join(import.meta.dirname, '../../infra/local/start.ts')
let data: string
let running: ChildProcess[] = []
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'rolecall-start-'))
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running = []
  rmSync(data, { recursive: true, force: true })
})

const environment = (more: object = {}) => ({
  ...process.env,
  PORT: '0',
  SIMULATORS_PORT: '0',
  ROLECALL_DATA: data,
  LOG_LEVEL: 'ERROR',
  ...more,
})
const start = async (): Promise<{ child: ChildProcess; greeting: string }> => {
  const child = spawn(process.execPath, [script], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  let greeting = ''
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    greeting += chunk
    if (greeting.includes('demo-sekoia-key')) return { child, greeting }
  }
  throw new Error(`the house ended: ${greeting}`)
}
const stop = async (child: ChildProcess): Promise<number | null> => {
  child.kill('SIGINT')
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode
}
const paste = (lines: string): string =>
  spawnSync('sh', ['-eu', '-c', lines], { encoding: 'utf8', env: process.env }).stdout
const linesFrom = (greeting: string, first: string): string => greeting.slice(greeting.indexOf(first))

test('paste, look, stop, start: still there, and the token is shown once', async () => {
  const first = await start()
  expect(first.greeting).toContain('not shown again')
  expect(existsSync(join(data, 'endpoint'))).toBe(true)
  const shown = paste(linesFrom(first.greeting, 'SCIM=').replace('sleep 7', 'sleep 10'))
  expect(shown).toContain('"email":"ada@demo.test"')
  expect(shown).toContain('"name":"SOC tier 1"')
  expect(await stop(first.child)).toBe(0)
  expect(existsSync(join(data, 'endpoint'))).toBe(false)

  const second = await start()
  expect(second.greeting).not.toContain('rc_')
  expect(paste(linesFrom(second.greeting, 'curl'))).toContain('"email":"ada@demo.test"')
  expect(await stop(second.child)).toBe(0)
})

test('what cannot work is said in a sentence, with the way out', async () => {
  const refused = (more: object) => {
    const { status, stderr } = spawnSync(process.execPath, [script], {
      env: environment(more),
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    return stderr
  }
  expect(refused({ PORT: 'eighty' })).toContain('PORT must be a port')
  const { greeting } = await start()
  expect(refused({})).toContain('is held by another process')
  const port = /SCIM base URL {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(greeting)?.[1]
  expect(refused({ ROLECALL_DATA: 'memory', PORT: port })).toContain(`port ${port} of 127.0.0.1 is taken`)
})
