import { inflateRawSync } from 'node:zlib'
import { expect } from 'vitest'
import type { Sealing } from '../../../infra/local/simulators/idp/answer.ts'
import { sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { attributeFormats, nameIdFormats } from '../../../infra/local/simulators/idp/message.ts'
import type { AuditEntry } from '../../../lib/core/audit.ts'
import { connectionId, type MemberId } from '../../../lib/core/ids.ts'
import { auditPartition } from '../../../lib/store/keys.ts'
import { recordOf } from '../../../lib/store/records.ts'
import { encoded, soundMessage, trustedKey } from '../../support/identity-provider.ts'
import { publicUrl, type Reply, type Stage } from './stage.ts'

/** What a browser holds between being sent away and coming back. */
export type Begun = {
  readonly id: string
  readonly relayState: string
  readonly cookies: readonly string[]
  readonly location: URL
  readonly xml: string
}
export const cookiePair = (setCookie: string): string => setCookie.split(';')[0] ?? ''

export const begunBy = (reply: Reply): Begun => {
  expect(reply.status).toBe(302)
  const location = new URL(reply.headers.location ?? '')
  const message = Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64')
  const xml = inflateRawSync(message).toString('utf8')
  return {
    id: / ID="([^"]+)"/.exec(xml)?.[1] ?? '',
    relayState: location.searchParams.get('RelayState') ?? '',
    cookies: reply.cookies.filter((cookie) => !cookie.includes('Max-Age=0')).map(cookiePair),
    location,
    xml,
  }
}

export const begin = async (stage: Stage, query = '', connection = 'demo', cookies: readonly string[] = []) =>
  begunBy(await stage.send({ method: 'GET', path: `/${connection}/saml/login${query}`, cookies }))

export type Spoken = {
  readonly connection?: string
  /** Whose ACS and name the message is for, when not the one it is posted to. */
  readonly meantFor?: string
  readonly inResponseTo?: string | undefined
  readonly nameId?: string
  readonly format?: string
  readonly groups?: readonly string[] | null
  readonly email?: string
  readonly more?: Readonly<Record<string, readonly string[]>>
  readonly sealing?: Sealing
  readonly ids?: { readonly response: string; readonly assertion: string }
  readonly now?: number
}

/** As the identity provider says it and the browser carries it. */
export const spoken = (said: Spoken): string => {
  const {
    connection = 'demo',
    meantFor = connection,
    nameId = 'persistent-ada',
    groups = ['SOC-Analysts'],
  } = said
  const base = `${publicUrl}/${meantFor}/saml`
  const attribute = (name: string, values: readonly string[]) => ({
    name,
    format: attributeFormats.basic,
    values,
  })
  const message = soundMessage({
    now: said.now ?? Date.now(),
    audience: `${base}/metadata`,
    acs: `${base}/acs`,
    nameId: { value: nameId, format: said.format ?? nameIdFormats.persistent },
    ...(said.inResponseTo === undefined ? {} : { inResponseTo: said.inResponseTo }),
    ...(said.ids === undefined ? {} : { ids: said.ids }),
    attributes: [
      attribute('email', [said.email ?? 'ada@demo.test']),
      ...(groups === null ? [] : [attribute('groups', groups)]),
      ...Object.entries(said.more ?? {}).map(([name, values]) => attribute(name, values)),
    ],
  })
  return encoded(sealed(message, said.sealing ?? { assertion: { key: trustedKey() } }))
}

export const formOf = (samlResponse: string, relayState?: string): URLSearchParams =>
  new URLSearchParams({
    SAMLResponse: samlResponse,
    ...(relayState === undefined ? {} : { RelayState: relayState }),
  })

export const post = (
  stage: Stage,
  form: URLSearchParams | string,
  {
    connection = 'demo',
    cookies = [],
  }: { readonly connection?: string; readonly cookies?: readonly string[] } = {},
): Promise<Reply> => stage.send({ method: 'POST', path: `/${connection}/saml/acs`, form, cookies })

/** To the identity provider and back, as the browser does it. */
export const comeBack = (stage: Stage, begun: Begun, said: Spoken = {}): Promise<Reply> =>
  post(stage, formOf(spoken({ inResponseTo: begun.id, ...said }), begun.relayState), {
    ...(said.connection === undefined ? {} : { connection: said.connection }),
    cookies: begun.cookies,
  })

export const logIn = async (stage: Stage, query = '', said: Spoken = {}): Promise<Reply> =>
  comeBack(stage, await begin(stage, query, said.connection), said)

/** What the trail says of a refusal, by the number on the page. */
export const codeOf = async (
  stage: Stage,
  reply: Reply,
  connection = 'demo',
  member?: MemberId,
): Promise<string | undefined> => {
  const id = connectionId(connection)
  const pk =
    member === undefined ? auditPartition('system', 'logins', id) : auditPartition('member', member, id)
  for await (const item of stage.table.queryAll({ pk })) {
    const { requestId, event } = recordOf<AuditEntry>(item)
    if (requestId === reply.requestId && event.kind === 'loginRefused') return event.code
  }
  return undefined
}
