import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import type { DirectoryReads, DirectoryWrites } from '../core/ports/directory.ts'
import type { AssignmentReads, LoginStore, SignIn } from '../core/ports/logins.ts'
import type { AccessDeps } from './access.ts'
import type { Provisioning } from './deps.ts'
import { acceptLogin } from './login-accept.ts'
import { bringUp } from './login-wait.ts'
import { type Reads, readStanding } from './standing.ts'

export type SignInDeps = AccessDeps & {
  readonly directory: DirectoryReads & Pick<DirectoryWrites, 'createMember'>
  readonly logins: LoginStore
  readonly work: Pick<Provisioning['work'], 'add' | 'overdue'>
} & Pick<Provisioning, 'wakeUps' | 'log' | 'random'>

/** From a login that was found genuine to the roles it gives: no platform is called here. */
export const createSignIn = (deps: SignInDeps): SignIn => ({
  accept: (stamp, claim) => acceptLogin(deps, stamp, claim),
  bringUp: (member, since, until) => bringUp(deps, member, since, until),
})

/** For whoever answers before there is a login, or without one. */
export const createAssignmentReads = (
  deps: Reads & { readonly configuration: CurrentConfiguration },
): AssignmentReads => ({
  assignmentsOf: async (connection, member) => {
    const configuration = await deps.configuration()
    // Nobody joins from a connection that was taken out.
    if (!configuration.connections.some(({ id }) => id === connection)) return new Map()
    return (await readStanding(deps, configuration, connection, member)).assignments
  },
})
