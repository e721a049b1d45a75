import { createHash } from 'node:crypto'
import type { Message, Sealing } from '../../../infra/local/simulators/idp/answer.ts'
import { encrypted } from '../../../infra/local/simulators/idp/encryption.ts'
import { assertionXml, responseXml } from '../../../infra/local/simulators/idp/message.ts'
import { type Signing, signed } from '../../../infra/local/simulators/idp/signing.ts'
import type { RejectionCode } from '../../../lib/saml/verified.ts'
import { soundMessage, trustedKey } from '../../support/identity-provider.ts'

/**
 * One hostile or unusual message: the valid one it comes from, and the one thing that was done to it. Groups: A valid variants, B wrapping, C signatures,
 * D parsing, F profile and exchange, H other bindings.
 */
export type Group = 'A' | 'B' | 'C' | 'D' | 'F' | 'H'

/** How the connection is set up at which the message arrives; `single` unless it matters. */
export const connectionKinds = [
  /** One certificate in the metadata. */
  'single',
  /** Two, both for signing. */
  'rotating',
  /** Two, without `use`. */
  'without-use',
  /** As single, and logins may begin at the identity provider. */
  'initiated',
  /** As single, and an attribute says who somebody is. */
  'subject',
] as const
export type ConnectionKind = (typeof connectionKinds)[number]

export type World = {
  readonly caseId: string
  readonly connection: ConnectionKind
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly acs: string
  readonly audience: string
  /** Another connection of the same house. */
  readonly other: { readonly acs: string; readonly audience: string }
  readonly requestId: string
  readonly handle: string
}

export const origin = 'https://rolecall.test'
/** The reader's own `now`, fixed: every window is relative to it. */
export const corpusNow = Date.parse('2026-03-02T09:00:00.000Z')

/** As long as ours are. */
export const handleOf = (name: string): string =>
  createHash('sha256').update(name).digest('base64url').slice(0, 22)

export const worldOf = (
  caseId: string,
  connection: ConnectionKind = 'single',
  now: number = corpusNow,
): World => ({
  caseId,
  connection,
  now,
  acs: `${origin}/${connection}/saml/acs`,
  audience: `${origin}/${connection}/saml/metadata`,
  other: { acs: `${origin}/elsewhere/saml/acs`, audience: `${origin}/elsewhere/saml/metadata` },
  requestId: `_q-${caseId}`,
  handle: handleOf(caseId),
})

/** Whom attackers want to be. Nothing that is accepted may ever speak of them. */
export const forged = { nameId: 'mallory', email: 'mallory@demo.test', group: 'SOC-Admins' } as const
export const subjectOf = (world: World): string => `ada-${world.caseId}`
export const emailOf = (world: World): string => `ada-${world.caseId}@demo.test`
export const groups: readonly string[] = ['SOC-Analysts', 'SOC-Tier1']

/** A message before it is sealed, and how it will be. */
export type Sound = {
  readonly message: Message
  readonly sealing: Sealing
  /** On the text, before anybody signs it. */
  readonly assertionText?: (xml: string) => string
  readonly responseText?: (xml: string) => string
  /** Instead of an ordinary signature. */
  readonly sign?: (xml: string, id: string, signing: Signing) => string
  /** In the place of the one assertion. */
  readonly inside?: (assertion: string) => string
}

export const sound = (world: World): Sound => ({
  message: soundMessage({
    now: world.now,
    acs: world.acs,
    audience: world.audience,
    inResponseTo: world.requestId,
    nameId: { value: subjectOf(world) },
    email: emailOf(world),
    groups,
    ids: { response: `_r-${world.caseId}`, assertion: `_a-${world.caseId}` },
  }),
  sealing: { assertion: { key: trustedKey() } },
})

const same = (xml: string): string => xml

export const seal = ({ message, sealing, ...hooks }: Sound): string => {
  const { assertionText = same, responseText = same, sign = signed, inside = same } = hooks
  const { response, assertion } = message
  const around = (content: string): string => responseText(responseXml(response, inside(content)))
  const plain = assertionText(assertionXml(assertion))
  const vouched = (xml: string): string =>
    sealing.assertion === undefined ? xml : sign(xml, assertion.id, sealing.assertion)
  const whole =
    sealing.encryption === undefined
      ? vouched(around(plain))
      : around(encrypted(vouched(plain), sealing.encryption))
  return sealing.response === undefined ? whole : sign(whole, response.id, sealing.response)
}

/** What a browser sends, and what was stored when it left. */
export type Post = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly form: readonly (readonly [string, string])[]
  /** The form’s text, where it is not what the fields make. */
  readonly raw?: string
  readonly contentType: string
  readonly cookies: readonly string[]
}
export type Exchange = {
  /** Absent: nobody asked. */
  readonly request?: {
    readonly connection: string
    readonly id: string
    readonly handle: string
    readonly expired: boolean
  }
  /** What arrived before, and was answered. */
  readonly earlier: readonly Post[]
  readonly post: Post
}

/** Puts text for text: what is at `at` and `remove` long goes, `insert` comes. Sorted, and none overlaps another. */
export type Edit = { readonly at: number; readonly remove: number; readonly insert: string }

export type Mutation =
  | { readonly kind: 'none' }
  /** On the sealed text, as somebody between the two would. */
  | { readonly kind: 'edits'; readonly edits: (xml: string, world: World) => readonly Edit[] }
  /** On the sealed bytes; `undo` shows that nothing else was touched. */
  | {
      readonly kind: 'bytes'
      readonly apply: (xml: Buffer) => Buffer
      readonly undo: (mutant: Buffer) => Buffer
    }
  /** By the identity provider: sealed again. The two trees differ below `places` only, and there they do; digests and values of signatures follow. */
  | {
      readonly kind: 'sealed'
      readonly change: (sound: Sound, world: World) => Sound
      readonly places: readonly string[]
    }
  /** The message is the valid one: what surrounds it is not. */
  | {
      readonly kind: 'exchange'
      readonly change: (exchange: Exchange, world: World, xml: string) => Exchange
    }

/** `no route`: nothing answers there, whatever the message. */
export type Expected = 'accepted' | 'no route' | RejectionCode

export type Case = {
  readonly id: string
  readonly group: Group
  /** In words. */
  readonly mutation: string
  readonly expected: Expected
  readonly connection?: ConnectionKind
  /** From the plain sound message to the valid one this case starts from, such as one whose Response is signed too. */
  readonly from?: (sound: Sound, world: World) => Sound
  readonly how: Mutation
  /** Accepted: which groups the login shows; the two of the sound message when absent. */
  readonly shows?: readonly string[]
  /** Of encryption that was broken on purpose: there is nothing to open and compare. */
  readonly opaque?: true
  /** Refused before any parser, digest or key is touched. */
  readonly cheap?: true
}

export const worldFor = (one: Case, now?: number): World => worldOf(one.id, one.connection, now)
export const validOf = (one: Case, world: World): Sound => one.from?.(sound(world), world) ?? sound(world)
