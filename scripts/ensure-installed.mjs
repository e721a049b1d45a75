// Runs before `npm start`, `npm test` and friends, on whatever Node the system has: installs exactly the lock file when node_modules is not it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const marker = `${root}node_modules/.installed-lock`
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex')
const installed =
  existsSync(marker) &&
  readFileSync(marker, 'utf8') === wanted &&
  existsSync(`${root}node_modules/node/bin/node`)

if (!installed) {
  process.stderr.write('Installing dependencies (npm ci); this happens once …\n')
  // npm_execpath is the npm that runs this script, so a second npm on the PATH cannot disagree with it.
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const result = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; see above. Nothing was started.\n')
    process.exit(result.status ?? 1)
  }
  writeFileSync(marker, wanted)
}
