import { readEnvironment } from '../lib/config/environment.ts'
import { instant } from '../lib/core/ids.ts'
import { queueFunction } from '../lib/lambda/queue.ts'
import { communityIn } from '../lib/lambda/wake.ts'
import { createProvisioner } from '../lib/provisioning/provision.ts'
import { wireProvisioning } from './wiring.ts'

/** Milliseconds kept back for the platform call under way, which may take a minute, and for putting things down. */
const margin = 75_000

const { deps, logger } = wireProvisioning('provision', readEnvironment())
const provisioner = createProvisioner(deps)

/** A wake-up: what the community has waiting is read, planned, judged and applied. */
export const handler = queueFunction(logger, async (message, remaining) => {
  const community = communityIn(message.body)
  const report = await provisioner.run(community, instant(Date.now() + remaining() - margin))
  logger.info('provisioned', { community, ...report })
})
