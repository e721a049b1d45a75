import { readEnvironment } from '../lib/config/environment.ts'
import { earlier, instant } from '../lib/core/ids.ts'
import { queueFunction } from '../lib/lambda/queue.ts'
import { communityIn } from '../lib/lambda/wake.ts'
import { createProvisioner } from '../lib/provisioning/provision.ts'
import { wireProvisioning } from './wiring.ts'
import { wireDelivery } from './wiring-delivery.ts'
import { wirePlatforms } from './wiring-platforms.ts'

/** Milliseconds before the end after which no change is begun, and in which no platform is waited for: what was done is put down. `tell`: for events. */
const margins = { begin: 45_000, wait: 10_000, tell: 2_000 } as const

// Lambda gives a sandbox one invocation at a time; on one machine they share the end of the latest.
let end = Date.now()
const environment = readEnvironment()
const wired = wireProvisioning('provision', environment)
const { deps, logger, pace } = wired
const platforms = wirePlatforms(environment, pace, () => instant(end - margins.wait))
const delivery = wireDelivery(environment, wired)
const provisioner = createProvisioner({ ...deps, platforms })

/** A wake-up: what the community has waiting is read, planned, judged and applied. */
export const handler = queueFunction(logger, async (message, remaining) => {
  const community = communityIn(message.body)
  end = Date.now() + remaining()
  const report = await provisioner.run(community, instant(end - margins.begin))
  logger.info('provisioned', { community, ...report })
  // Whoever does not answer at once is the sweep's to wait for: the community's next wake-up comes after this one.
  await delivery.prompt(earlier(instant(Date.now() + margins.tell), instant(end - margins.wait)))
})
