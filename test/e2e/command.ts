import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Town } from './town.ts'

const command = fileURLToPath(new URL('../../scripts/rolecall.mjs', import.meta.url))

export type Ran = {
  readonly code: number | null
  readonly out: string
  readonly errors: string
  readonly json: unknown
}

/** `npx rolecall …` as a process of its own, beside the running house. */
export const rolecall = (town: Pick<Town, 'data'>, ...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, ROLECALL_DATA: town.data, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        out,
        errors,
        get json() {
          return JSON.parse(out) as unknown
        },
      }),
    )
  })
