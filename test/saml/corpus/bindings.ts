import { sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { algorithms } from '../../../infra/local/simulators/idp/signing.ts'
import { trustedKey } from '../../support/identity-provider.ts'
import type { Case, Exchange, World } from './case.ts'
import { forged, groups, subjectOf } from './case.ts'
import { exchange, inGroup } from './changes.ts'

/** Group H: bindings whose signature stands beside the message. There are none here. */
const forgedXml = (xml: string, world: World): string =>
  xml
    .replace(/<ds:Signature.*<\/ds:Signature>/, '')
    .replaceAll(subjectOf(world), forged.nameId)
    .replaceAll(`>${groups[0]}<`, `>${forged.group}<`)

const signedQuery = (message: string): string => {
  const octets = `SAMLResponse=${encodeURIComponent(message)}&RelayState=x&SigAlg=${encodeURIComponent(algorithms.rsaSha256)}`
  return sign('sha256', Buffer.from(octets), trustedKey().privateKey).toString('base64')
}

const redirected = (before: Exchange, message: string, signature: string): Exchange => ({
  ...before,
  post: {
    ...before.post,
    method: 'GET',
    query: [
      ['SAMLResponse', message],
      ['RelayState', before.request?.handle ?? ''],
      ['SigAlg', algorithms.rsaSha256],
      ['Signature', signature],
    ],
    form: [],
  },
})

export const bindings: readonly Case[] = inGroup(
  'H',
  {
    id: 'h-redirect',
    mutation: 'HTTP-Redirect: a forged message beside a signature over the genuine one',
    expected: 'no route',
    how: exchange((before, world, xml) =>
      redirected(
        before,
        deflateRawSync(Buffer.from(forgedXml(xml, world))).toString('base64'),
        signedQuery(deflateRawSync(Buffer.from(xml)).toString('base64')),
      ),
    ),
  },
  {
    id: 'h-redirect-genuine',
    mutation: 'HTTP-Redirect: the genuine message, rightly signed',
    expected: 'no route',
    how: exchange((before, _, xml) => {
      const message = deflateRawSync(Buffer.from(xml)).toString('base64')
      return redirected(before, message, signedQuery(message))
    }),
  },
  {
    id: 'h-bomb',
    mutation: 'HTTP-Redirect: fifty million letters, deflated',
    expected: 'no route',
    how: exchange((before) =>
      redirected(before, deflateRawSync(Buffer.alloc(50_000_000, 32)).toString('base64'), 'AAAA'),
    ),
  },
  {
    id: 'h-simple-sign',
    mutation: 'HTTP-POST-SimpleSign: a forged message beside a signature over the genuine one',
    expected: 'sig.missing',
    how: exchange((before, world, xml) => ({
      ...before,
      post: {
        ...before.post,
        form: [
          ['SAMLResponse', Buffer.from(forgedXml(xml, world)).toString('base64')],
          ['RelayState', world.handle],
          ['SigAlg', algorithms.rsaSha256],
          ['Signature', signedQuery(Buffer.from(xml).toString('base64'))],
        ],
      },
    })),
  },
  {
    id: 'h-deflated-post',
    mutation: 'HTTP-POST with a deflated message, as HTTP-Redirect has it',
    expected: 'message.encoding',
    cheap: true,
    how: exchange((before, _, xml) => ({
      ...before,
      post: {
        ...before.post,
        form: before.post.form.map(([name, value]) =>
          name === 'SAMLResponse'
            ? [name, deflateRawSync(Buffer.from(xml)).toString('base64')]
            : [name, value],
        ),
      },
    })),
  },
  {
    id: 'h-deflated-bomb-post',
    mutation: 'HTTP-POST with fifty million letters, deflated',
    expected: 'message.encoding',
    cheap: true,
    how: exchange((before) => ({
      ...before,
      post: {
        ...before.post,
        form: before.post.form.map(([name, value]) =>
          name === 'SAMLResponse'
            ? [name, deflateRawSync(Buffer.alloc(50_000_000, 32)).toString('base64')]
            : [name, value],
        ),
      },
    })),
  },
)
