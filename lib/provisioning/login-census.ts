import type { Configuration } from '../core/configuration.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import type { LoginFacts } from '../core/login.ts'
import { createConcerning, factsOf, usesLogins } from '../core/login-facts.ts'
import type { Member } from '../core/member.ts'
import type { InTime } from './roll.ts'
import { connectionOf, type Reads } from './standing.ts'

const loginsPerPage = 250

type Shown = { readonly life: number; readonly facts: LoginFacts }
export type FactsOf = (member: Pick<Member, 'id' | 'incarnation'>) => LoginFacts | undefined

/** People show the same few groups again and again: each combination is kept once. */
const createSharing = () => {
  const known = new Map<string, LoginFacts>()
  return (facts: LoginFacts): LoginFacts => {
    const key = JSON.stringify([facts.groups, Object.entries(facts.attributes)])
    const shared = known.get(key) ?? facts
    known.set(key, shared)
    return shared
  }
}

/** Of everybody who ever logged in, what counts now and can make a difference to the rules. Without logins nothing is read. */
export const readLoginFacts = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  inTime: InTime,
): Promise<FactsOf> => {
  const settings = connectionOf(configuration, connection)
  if (settings === undefined || !usesLogins(settings)) return () => undefined
  const concerning = createConcerning(settings, configuration.rules, deps.patterns)
  const share = createSharing()
  const now = deps.clock.now()
  const shown = new Map<MemberId, Shown>()
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.logins.scanLogins(connection, loginsPerPage, after)
    for (const login of items) {
      const { member, life } = login
      const facts = concerning(factsOf(settings, { incarnation: life }, login, now))
      if (facts.groups.length > 0 || Object.keys(facts.attributes).length > 0)
        shown.set(member, { life, facts: share(facts) })
    }
    after = next
  } while (after !== undefined)
  return ({ id, incarnation }) => {
    const one = shown.get(id)
    return one?.life === incarnation ? one.facts : undefined
  }
}
