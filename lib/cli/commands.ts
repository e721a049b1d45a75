import type { Commands } from './command.ts'
import { communityCommands } from './commands/communities.ts'
import { configurationCommands } from './commands/configuration.ts'
import { credentialCommands } from './commands/credentials.ts'
import { holdCommands } from './commands/holds.ts'
import { peopleCommands } from './commands/people.ts'
import { planCommands } from './commands/plans.ts'
import { recoveryCommands } from './commands/recovery.ts'
import { samlCommands } from './commands/saml.ts'

/** In the order in which `--help` lists them. */
export const commands: Commands = {
  ...configurationCommands,
  ...communityCommands,
  ...planCommands,
  ...peopleCommands,
  ...holdCommands,
  ...recoveryCommands,
  ...credentialCommands,
  ...samlCommands,
}
