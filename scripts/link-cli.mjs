// Runs after every install of this checkout: npm links the commands of dependencies, not the project's own, and `npx rolecall` looks only there.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url))
mkdirSync(bin, { recursive: true })
rmSync(`${bin}rolecall`, { force: true })
symlinkSync('../../scripts/rolecall.mjs', `${bin}rolecall`)
