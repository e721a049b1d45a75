import { readEnvironment } from '../lib/config/environment.ts'
import { isConnectorError } from '../lib/core/errors.ts'
import { later } from '../lib/core/ids.ts'
import { scheduleFunction } from '../lib/lambda/schedule.ts'
import { createDispatcher } from '../lib/provisioning/dispatch.ts'
import { createOverdue } from '../lib/provisioning/overdue.ts'
import { createReconciliation, tellStranded } from '../lib/provisioning/reconcile.ts'
import { wireProvisioning } from './wiring.ts'
import { wireDelivery } from './wiring-delivery.ts'
import { wireTrust } from './wiring-trust.ts'

const environment = readEnvironment()
const wired = wireProvisioning('reconcile', environment)
const { deps, logger } = wired
const delivery = wireDelivery(environment, wired)
/** After the beginning of the function's minute: an answer may take five seconds more. */
const deliveryEnds = 45
const dispatcher = createDispatcher(deps)
const reconciliation = createReconciliation(deps)
const overdue = createOverdue(deps)
const trust = wireTrust(environment, wired)

const withConfiguration = async (task: () => Promise<void>): Promise<void> => {
  try {
    await task()
  } catch (error) {
    if (!isConnectorError(error, 'configurationMissing')) throw error
    logger.warn('nothing to do before a first configuration', { code: error.code })
  }
}

/** The schedule: every minute what stream and queue left behind, and at longer intervals a look at every community. */
export const handler = scheduleFunction(logger, {
  sweep: async () => {
    const until = later(deps.clock.now(), deliveryEnds)
    await withConfiguration(async () => {
      logger.info('swept', { ...(await dispatcher.sweep()), overdue: await overdue.tell() })
      const metadata = await trust.sweep()
      if (metadata.read + metadata.failed > 0) logger.info('metadata read', { ...metadata })
    })
    logger.info('events delivered', { ...(await delivery.sweep(until)) })
  },
  reconcile: () =>
    withConfiguration(async () => {
      logger.info('reconciliation requested', { communities: await reconciliation.request() })
      await tellStranded(deps)
    }),
})
