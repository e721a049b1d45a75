import { createHash } from 'node:crypto'
import { readEnvironment } from '../config/environment.ts'
import { parseConfiguration } from '../config/parse.ts'
import type { DeskDeps } from '../console/preview-desk.ts'
import { platformTraits } from '../platforms/traits.ts'
import { previewOf } from '../provisioning/preview-login.ts'
import { replayPage } from '../provisioning/replay.ts'
import { createReadAssertion } from '../saml/preview/read-assertion.ts'
import { createOwnKeys } from '../saml/trust/own-keys.ts'
import type { House } from './wiring.ts'

/** Everything a preview asks, over the table of this house. */
export const previewDesk = (house: House): DeskDeps => ({
  ...house,
  parse: (text) =>
    parseConfiguration(text, { local: house.access.local, traits: platformTraits }).configuration,
  readAssertion: createReadAssertion({
    ...house,
    ownKeys: createOwnKeys(house.secrets),
    publicUrl: readEnvironment().publicUrl,
  }),
  hash: (text) => createHash('sha256').update(text).digest('hex'),
  preview: (request) => previewOf({ ...house, random: Math.random }, request),
  replayPage: (request, ...rest) => replayPage(house, request, ...rest),
})
