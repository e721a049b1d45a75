import { createHash, randomUUID } from 'node:crypto'
import type { Stamp } from '../../lib/core/audit.ts'
import type { Configuration, Connection, SamlSettings } from '../../lib/core/configuration.ts'
import type { Instant } from '../../lib/core/ids.ts'
import type { GroupStatement, Login } from '../../lib/core/login.ts'
import type { Member } from '../../lib/core/member.ts'
import type { SignedIn, SignIn, SignInClaim } from '../../lib/core/ports/logins.ts'
import { createSignIn } from '../../lib/provisioning/sign-in.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { type Bench, type BenchOptions, day, demo, openBench } from './bench.ts'

/** A bench on which people log in, as far as what follows from a genuine login goes. */

const saml: SamlSettings = {
  metadata: { kind: 'stored' },
  attributes: { department: 'department' },
  createMembers: false,
  idpInitiated: false,
  returnTo: [],
  wait: 3,
}
export const both: Connection['groups'] = {
  from: ['scim', 'saml'],
  samlAttribute: 'groups',
  maximumAge: 30 * day,
}

export const withLogins =
  (more: Partial<Connection> = {}, settings: Partial<SamlSettings> = {}) =>
  (before: Configuration): Configuration => ({
    ...before,
    connections: before.connections.map((one) => ({
      ...one,
      groups: both,
      saml: { ...saml, ...settings },
      ...more,
    })),
  })

export const present = (...names: readonly string[]): GroupStatement => ({ kind: 'present', names })
export const absent: GroupStatement = { kind: 'absent' }
export const overflow: GroupStatement = { kind: 'overflow' }

export const identityOf = (name: string): string =>
  createHash('sha256').update(`https://idp.test\n${name}`).digest('hex')

export type Shows = Partial<Omit<SignInClaim, 'statement'>> & {
  readonly groups?: GroupStatement
  readonly attributes?: Readonly<Record<string, readonly string[]>>
}

export type LoggedIn = Extract<SignedIn, { readonly kind: 'in' }>
export type LoginBench = Awaited<ReturnType<typeof openLogins>>

export const openLogins = async (
  options: BenchOptions & {
    readonly settings?: Partial<SamlSettings>
    readonly connection?: Partial<Connection>
  } = {},
) => {
  const bench: Bench = await openBench(options)
  bench.configure(withLogins(options.connection, options.settings))
  const logins = createLoginStore(bench.table)
  const signIn: SignIn = createSignIn({ ...bench.deps, directory: bench.directory, logins })
  const stamp = (): Stamp => ({
    connection: demo,
    actor: { kind: 'login', by: 'saml' },
    requestId: randomUUID(),
    at: bench.clock.now(),
  })
  const accept = (name: string, shows: Shows = {}): Promise<SignedIn> => {
    const { groups = absent, attributes = {}, ...more } = shows
    return signIn.accept(stamp(), {
      identity: identityOf(name),
      externalIds: [],
      email: `${name}@demo.test`,
      ...more,
      statement: { at: bench.clock.now(), groups, attributes },
    })
  }
  /** Somebody who is let in. */
  const enter = async (name: string, shows: Shows = {}): Promise<LoggedIn> => {
    const signed = await accept(name, shows)
    if (signed.kind !== 'in') throw new Error(`${name} is refused: ${signed.code}`)
    return signed
  }
  return {
    ...bench,
    logins,
    signIn,
    stamp,
    accept,
    enter,
    loginOf: (member: Member): Promise<Login | undefined> => logins.login(demo, member.id),
    bringUp: (member: Member, seconds = 3) =>
      signIn.bringUp(member, bench.clock.now(), bench.later(seconds) as Instant),
    trailOf: async (member: Member) =>
      (await bench.deps.audit.about({ kind: 'member', id: member.id, connection: demo }, 200)).map(
        ({ event }) => event,
      ),
  }
}
