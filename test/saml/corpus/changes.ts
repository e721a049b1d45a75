import type { Sealing } from '../../../infra/local/simulators/idp/answer.ts'
import type { Assertion, AttributeStatement, Response } from '../../../infra/local/simulators/idp/message.ts'
import type { Signing } from '../../../infra/local/simulators/idp/signing.ts'
import { serviceKey, trustedKey } from '../../support/identity-provider.ts'
import type { Case, Edit, Exchange, Expected, Mutation, Sound, World } from './case.ts'

/** The vocabulary in which the groups describe what was done. */
export const edits = (make: (xml: string, world: World) => readonly Edit[]): Mutation => ({
  kind: 'edits',
  edits: make,
})

export const assertion =
  (change: (assertion: Assertion, world: World) => Partial<Assertion>) =>
  (sound: Sound, world: World): Sound => ({
    ...sound,
    message: {
      ...sound.message,
      assertion: { ...sound.message.assertion, ...change(sound.message.assertion, world) },
    },
  })
export const response =
  (change: (response: Response, world: World) => Partial<Response>) =>
  (sound: Sound, world: World): Sound => ({
    ...sound,
    message: {
      ...sound.message,
      response: { ...sound.message.response, ...change(sound.message.response, world) },
    },
  })
export const sealing =
  (change: (sealing: Sealing, world: World) => Sealing) =>
  (sound: Sound, world: World): Sound => ({ ...sound, sealing: change(sound.sealing, world) })
/** Of every signature there is. */
export const signing =
  (change: Partial<Signing>) =>
  (sound: Sound): Sound => ({
    ...sound,
    sealing: {
      ...sound.sealing,
      ...(sound.sealing.assertion && { assertion: { ...sound.sealing.assertion, ...change } }),
      ...(sound.sealing.response && { response: { ...sound.sealing.response, ...change } }),
    },
  })
export const attribute = (more: AttributeStatement) =>
  assertion(({ attributes }) => ({ attributes: [...attributes, more] }))
export const showing = (...values: readonly string[]) =>
  assertion(({ attributes }) => ({
    attributes: attributes.map((one) => (one.name === 'groups' ? { ...one, values } : one)),
  }))

export const sealed = (
  change: (sound: Sound, world: World) => Sound,
  ...places: readonly string[]
): Mutation => ({ kind: 'sealed', change, places })
export const exchange = (change: (exchange: Exchange, world: World, xml: string) => Exchange): Mutation => ({
  kind: 'exchange',
  change,
})
/** In one field of the form. */
export const field = (name: string, change: (value: string, world: World) => string): Mutation =>
  exchange((before, world) => ({
    ...before,
    post: {
      ...before.post,
      form: before.post.form.map(([key, value]) =>
        key === name ? ([key, change(value, world)] as const) : ([key, value] as const),
      ),
    },
  }))

/** Starting points. */
export const responseSigned = sealing(() => ({ response: { key: trustedKey() } }))
export const bothSigned = sealing(() => ({
  assertion: { key: trustedKey() },
  response: { key: trustedKey() },
}))
export const encryptedFor = (): { readonly certificate: string } => ({
  certificate: serviceKey().certificate,
})
/** Signed, then encrypted. */
export const encryptedInside = sealing(() => ({
  assertion: { key: trustedKey() },
  encryption: encryptedFor(),
}))
/** Encrypted, then the whole signed. */
export const encryptedOutside = sealing(() => ({
  response: { key: trustedKey() },
  encryption: encryptedFor(),
}))

export const places = {
  assertion: 'Response/Assertion',
  subject: 'Response/Assertion/Subject',
  data: 'Response/Assertion/Subject/SubjectConfirmation',
  conditions: 'Response/Assertion/Conditions',
  authn: 'Response/Assertion/AuthnStatement',
  attributes: 'Response/Assertion/AttributeStatement',
  signature: 'Response/Assertion/Signature',
  responseSignature: 'Response/Signature',
} as const

/** Seconds from the reader's now. */
export const from = (world: World, seconds: number): string =>
  new Date(world.now + seconds * 1000).toISOString()

type Plain = Omit<Case, 'group'>
export const inGroup = (group: Case['group'], ...cases: readonly Plain[]): readonly Case[] =>
  cases.map((one) => ({ ...one, group }))

/** The vocabulary of one group: its letter stands in front of every id. */
export const refuser =
  (prefix: string) =>
  (id: string, mutation: string, expected: Expected, how: Mutation, more: Partial<Plain> = {}): Plain => ({
    id: `${prefix}-${id}`,
    mutation,
    expected,
    how,
    ...more,
  })
