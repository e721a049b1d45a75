import type { Evidence } from './assignment.ts'
import type { Connection } from './configuration.ts'
import { fold, type Instant, later } from './ids.ts'
import type { Login, Shown } from './login.ts'
import { maximumAge, usesLogins } from './login-facts.ts'
import type { Member } from './member.ts'

/** The last login that showed it, and until when that counts. */
export type ShownAge = { readonly at: Instant; readonly until: Instant; readonly over?: true }
export type ShownAges = (evidence: Evidence) => ShownAge | undefined

type Settings = Pick<Connection, 'groups' | 'saml' | 'hooks'>

const shownOf = ({ groups, attributes }: Login, evidence: Evidence): Shown | undefined => {
  switch (evidence.kind) {
    case 'group': {
      const name = fold(evidence.displayName)
      return groups?.values.some((value) => fold(value) === name) === true ? groups : undefined
    }
    case 'attribute':
      return Object.entries(attributes).find(([name]) => fold(name) === fold(evidence.path))?.[1]
    case 'absence':
      return undefined
  }
}

const ageOf = ({ at }: Shown, settings: Settings, now: Instant): ShownAge => {
  const until = later(at, maximumAge(settings))
  return { at, until, ...(until <= now ? { over: true } : {}) }
}

/** How old what a login showed is; of what it does not show any more, nothing. */
export const shownAges =
  (settings: Settings | undefined, login: Login | undefined, now: Instant): ShownAges =>
  (evidence) => {
    if (settings === undefined || login === undefined || evidence.kind === 'absence' || !evidence.shown)
      return undefined
    const shown = shownOf(login, evidence)
    return shown && ageOf(shown, settings, now)
  }

/** How a member stands with what their logins say of groups. */
export type LoginStanding =
  /** No login of theirs was seen, or none in this life. */
  | { readonly kind: 'never' }
  | { readonly kind: 'noGroups'; readonly at: Instant }
  | ({ readonly kind: 'groups'; readonly count: number } & ShownAge)

/** Undefined: rules ask for no group that a login showed. */
export const loginStanding = (
  settings: Settings | undefined,
  { incarnation }: Pick<Member, 'incarnation'>,
  login: Login | undefined,
  now: Instant,
): LoginStanding | undefined => {
  if (settings === undefined || !usesLogins(settings)) return undefined
  if (settings.groups?.from.includes('saml') !== true) return undefined
  if (login === undefined || login.life !== incarnation) return { kind: 'never' }
  if (login.groups === undefined) return { kind: 'noGroups', at: login.at }
  return { kind: 'groups', count: login.groups.values.length, ...ageOf(login.groups, settings, now) }
}

export const loginStandingText = (standing: LoginStanding): string => {
  switch (standing.kind) {
    case 'never':
      return 'no login of theirs was seen yet: only pushed groups count'
    case 'noGroups':
      return `no login of theirs said anything of groups (the last was on ${standing.at})`
    case 'groups': {
      const { at, until, count, over } = standing
      return over
        ? `the groups shown at their login on ${at} counted until ${until}`
        : `their login on ${at} showed ${count} ${count === 1 ? 'group' : 'groups'}, which count until ${until}`
    }
  }
}
