import { ConnectorError } from '../../core/errors.ts'
import type { Platform } from '../../core/ports/platform.ts'
import type { Toolbox } from '../toolbox.ts'

export const openImmybot = (toolbox: Toolbox): Platform => {
  throw new ConnectorError('unsupported', `${toolbox.community.platform} is being built`)
}
