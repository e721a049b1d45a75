import { systemClock as clock } from '../lib/config/clock.ts'
import type { Environment } from '../lib/config/environment.ts'
import { createTransport } from '../lib/platforms/transport.ts'
import { createRefresh, type Refresh } from '../lib/saml/trust/refresh.ts'
import type { wireProvisioning } from './wiring.ts'

/** For the sweep: identity providers' metadata, over the same way out as platforms and webhooks. */
export const wireTrust = (
  { local }: Pick<Environment, 'local'>,
  { deps }: Pick<ReturnType<typeof wireProvisioning>, 'deps'>,
): Refresh =>
  createRefresh({
    clock,
    ids: deps.ids,
    configuration: deps.configuration,
    trust: deps.trust,
    failures: deps.metadataFailures,
    get: createTransport(local),
    local,
    events: deps.events,
    warn: deps.log.warn,
  })
