import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import type { AssignmentReads, SignIn } from '../core/ports/logins.ts'
import { acceptLogin } from './login-accept.ts'
import type { SignInDeps } from './login-deps.ts'
import { bringUp } from './login-wait.ts'
import { type Reads, readStanding } from './standing.ts'

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
