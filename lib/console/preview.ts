import type { Configuration } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import type { Operation } from './exchange.ts'
import { askIn } from './preview-body.ts'
import { currentOf, type DeskDeps, previewPerson } from './preview-desk.ts'
import { refuse } from './values.ts'

/** Every finding, with its line: it is what was sent that is wrong, and not what is stored. */
const candidateFrom = (deps: DeskDeps, text: string): Configuration => {
  try {
    return deps.parse(text)
  } catch (error) {
    if (!isConnectorError(error, 'configurationInvalid')) throw error
    throw refuse('configuration', error.message)
  }
}

/** `POST …/preview`: what a login would do, how somebody stands, or a page of what another configuration would change. Writes nothing. */
export const createPreview =
  (deps: DeskDeps): Operation =>
  async ({ connection, body }) => {
    const { ask, configuration: text } = askIn(body())
    const candidate = text === undefined ? undefined : candidateFrom(deps, text)
    if (ask.kind !== 'everybody') return previewPerson(deps, connection, ask, candidate)
    const { limit, after } = ask
    if (candidate === undefined)
      throw refuse(
        'configuration',
        'is missing: everybody is looked at by another configuration than the current one; send its text',
      )
    const request = { candidate, current: await currentOf(deps) }
    const { items, next, summary } = await deps.replayPage(request, connection, limit, after)
    return { members: items, summary, ...(next === undefined ? {} : { next }) }
  }
