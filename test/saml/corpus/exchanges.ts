import type { Case, Exchange, World } from './case.ts'
import { handleOf } from './case.ts'
import {
  assertion,
  bothSigned,
  edits,
  exchange,
  inGroup,
  places,
  refuser,
  response,
  sealed,
} from './changes.ts'
import { replace } from './edit.ts'

/** Group F, too: genuine messages that answer nobody’s request, or come for the second time. */
const refused = refuser('f')

const inResponseTo = (id: string) =>
  assertion(({ confirmations: all }) => ({
    confirmations: all.map((one) => ({ ...one, inResponseTo: id })),
  }))
const request = (
  change: (request: NonNullable<Exchange['request']>, world: World) => NonNullable<Exchange['request']>,
) =>
  exchange((before, world) => ({
    ...before,
    ...(before.request && { request: change(before.request, world) }),
  }))
const asked = [
  refused(
    'irt-unknown',
    'in response to a request nobody made',
    'irt.unknown',
    sealed(
      (sound, world) =>
        response(() => ({ inResponseTo: '_nobody' }))(inResponseTo('_nobody')(sound, world), world),
      places.data,
      'Response/@InResponseTo',
    ),
  ),
  refused(
    'irt-response',
    'the signed Response is in response to another request than its assertion',
    'irt.mismatch',
    sealed(
      response(() => ({ inResponseTo: '_nobody' })),
      'Response/@InResponseTo',
      places.responseSignature,
    ),
    { from: bothSigned },
  ),
  refused(
    'irt-rewritten',
    'the InResponseTo of an unsigned Response is rewritten',
    'irt.mismatch',
    edits((xml, world) => [replace(xml, `InResponseTo="${world.requestId}"`, 'InResponseTo="_nobody"')]),
  ),
  refused(
    'irt-assertion',
    'the assertion is in response to another request than the Response',
    'irt.mismatch',
    sealed(inResponseTo('_nobody'), places.data),
  ),
  refused(
    'irt-missing',
    'nobody asked: no InResponseTo at all',
    'irt.missing',
    sealed(
      (sound, world) => {
        const { inResponseTo: _, ...bare } = sound.message.response
        const unasked = assertion(({ confirmations: all }) => ({
          confirmations: all.map(({ inResponseTo: __, ...one }) => one),
        }))(sound, world)
        return { ...unasked, message: { ...unasked.message, response: bare } }
      },
      places.data,
      'Response/@InResponseTo',
    ),
  ),
  refused(
    'irt-response-only',
    'InResponseTo at the Response only',
    'irt.mismatch',
    sealed(
      assertion(({ confirmations: all }) => ({
        confirmations: all.map(({ inResponseTo: _, ...one }) => one),
      })),
      places.data,
    ),
  ),
  refused(
    'request-none',
    'no such request is stored',
    'irt.unknown',
    exchange(({ earlier, post }) => ({ earlier, post })),
  ),
  refused(
    'request-expired',
    'the request is over',
    'irt.unknown',
    request((before) => ({ ...before, expired: true })),
  ),
  refused(
    'request-elsewhere',
    'the request was made at another connection',
    'irt.unknown',
    request((before) => ({ ...before, connection: 'rotating' })),
  ),
  refused(
    'browser-none',
    'no cookie',
    'irt.browser',
    exchange((before) => ({ ...before, post: { ...before.post, cookies: [] } })),
  ),
  refused(
    'browser-other',
    'the cookie of another browser',
    'irt.browser',
    exchange((before, world) => ({
      ...before,
      post: {
        ...before.post,
        cookies: [`__Host-rolecall-${world.handle}=${Buffer.alloc(32, 7).toString('base64url')}`],
      },
    })),
  ),
  refused(
    'browser-other-tab',
    'the cookie of another login of the same browser',
    'irt.browser',
    exchange((before, world) => ({
      ...before,
      post: {
        ...before.post,
        cookies: before.post.cookies.map((one) => one.replace(world.handle, handleOf('other'))),
      },
    })),
  ),
  refused(
    'relay-other',
    'another RelayState',
    'irt.mismatch',
    exchange((before) => ({
      ...before,
      post: {
        ...before.post,
        form: before.post.form.map(([name, value]) =>
          name === 'RelayState' ? [name, handleOf('other')] : [name, value],
        ),
      },
    })),
  ),
  refused(
    'relay-none',
    'no RelayState',
    'irt.mismatch',
    exchange((before) => ({
      ...before,
      post: { ...before.post, form: before.post.form.filter(([name]) => name !== 'RelayState') },
    })),
  ),
]

const replays = [
  refused(
    'replay',
    'the same message once more',
    'irt.unknown',
    exchange((before) => ({ ...before, earlier: [before.post] })),
  ),
  refused(
    'replay-initiated',
    'the same message once more, where logins may begin at the identity provider',
    'replay',
    exchange((before) => ({ ...before, earlier: [before.post] })),
    {
      connection: 'initiated',
      from: (sound, world) => {
        const { inResponseTo: _, ...bare } = sound.message.response
        const unasked = assertion(({ confirmations: all }) => ({
          confirmations: all.map(({ inResponseTo: __, ...one }) => one),
        }))(sound, world)
        return { ...unasked, message: { ...unasked.message, response: bare } }
      },
    },
  ),
  refused(
    'replay-other-id',
    'the same assertion in a Response with another ID, where logins may begin at the identity provider',
    'replay',
    exchange((before, world, xml) => ({
      ...before,
      earlier: [before.post],
      post: {
        ...before.post,
        form: before.post.form.map(([name, value]) =>
          name === 'SAMLResponse'
            ? [name, Buffer.from(xml.replace(`ID="_r-${world.caseId}"`, 'ID="_r-again"')).toString('base64')]
            : [name, value],
        ),
      },
    })),
    {
      connection: 'initiated',
      from: (sound, world) => {
        const { inResponseTo: _, ...bare } = sound.message.response
        const unasked = assertion(({ confirmations: all }) => ({
          confirmations: all.map(({ inResponseTo: __, ...one }) => one),
        }))(sound, world)
        return { ...unasked, message: { ...unasked.message, response: bare } }
      },
    },
  ),
]

export const exchanges: readonly Case[] = inGroup('F', ...asked, ...replays)
