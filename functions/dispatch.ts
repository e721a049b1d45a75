import { readEnvironment } from '../lib/config/environment.ts'
import { isConnectorError } from '../lib/core/errors.ts'
import { streamFunction } from '../lib/lambda/stream.ts'
import { createDispatcher } from '../lib/provisioning/dispatch.ts'
import { dueFrom } from '../lib/store/due-items.ts'
import { wireProvisioning } from './wiring.ts'

const { deps, logger } = wireProvisioning('dispatch', readEnvironment())
const dispatcher = createDispatcher(deps)

/** The table's stream, filtered to due items: each becomes work for the communities it concerns. */
export const handler = streamFunction(logger, async (items) => {
  try {
    const due = items.map((item) => dueFrom({ pk: '', sk: '', ...item }))
    logger.info('dispatched', { due: due.length, ...(await dispatcher.dispatch(due)) })
  } catch (error) {
    if (!isConnectorError(error, 'configurationMissing')) throw error
    // Nothing is lost: the items stay due, and the sweep takes them once there is a configuration.
    logger.error('due items wait for a first configuration', { due: items.length, code: error.code })
  }
})
