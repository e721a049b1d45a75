#!/usr/bin/env node
// `npx rolecall`: runs on whatever Node the system has, and hands over to the one this project pins.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const node = `${root}node_modules/node/bin/node`
if (!existsSync(node)) {
  console.error('error: the dependencies are not installed; run npm start, npm test or npm ci first')
  process.exit(1)
}
const child = spawn(node, [`${root}infra/local/cli.ts`, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Compiled once, started faster from then on.
  env: { NODE_COMPILE_CACHE: `${root}node_modules/.cache/rolecall`, ...process.env },
})
// The child shares the terminal and gets Ctrl-C itself; its end decides ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`error: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
