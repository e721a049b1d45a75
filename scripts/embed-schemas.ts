// `npx node scripts/embed-schemas.ts`: writes the OASIS and W3C schemas into a module, so that a bundle needs no file beside it; a test proves that it is current.
import { writeFileSync } from 'node:fs'
import { embeddedSchemas, schemasFile } from '../test/support/embedded-schemas.ts'

writeFileSync(schemasFile, embeddedSchemas())
