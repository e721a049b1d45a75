// `npx node scripts/json-schema.ts`: writes the configuration's JSON Schema for editors; a test proves that the file is current.
import { writeFileSync } from 'node:fs'
import { publishedSchema } from '../lib/config/schema.ts'

const file = new URL('../docs/rolecall.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(publishedSchema(), null, 2)}\n`)
