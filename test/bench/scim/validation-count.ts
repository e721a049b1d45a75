import { Session } from 'node:inspector/promises'
import { systemClock as clock } from '../../../lib/config/clock.ts'
import { connectionId } from '../../../lib/core/ids.ts'
import type { Credential } from '../../../lib/core/ports/configuration.ts'
import { createScimService } from '../../../lib/scim/service.ts'
import { createMemoryDirectory } from '../../support/memory-directory.ts'
import { credentialOf } from './ours-items.ts'
import { person, today, token } from './people.ts'

/** Calls into the validator and the normaliser, as the engine itself counted them: no clock, and nothing built in for it. */
export type ValidationCount = {
  readonly read: number
  /** The same PATCH on a User with many attributes and on one with none. */
  readonly patchLarge: number
  readonly patchSmall: number
  readonly attributes: number
}

const counted = /\/lib\/scim\/(?:validate|normalise)\.ts$/

const callsDuring = async (session: Session, work: () => Promise<void>): Promise<number> => {
  // What was counted before ends with this look.
  await session.post('Profiler.takePreciseCoverage')
  await work()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  return result
    .filter(({ url }) => counted.test(url))
    .flatMap(({ functions }) => functions)
    .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0)
}

const emails = 200
const large = {
  ...person(1),
  attributes: {
    ...person(1).attributes,
    emails: Array.from({ length: emails }, (_, n) => ({ value: `a${n}@bench.example`, type: 'work' })),
  },
}
const small = { userName: 'small@bench.example', active: true, attributes: {} }

export const countValidation = async (): Promise<ValidationCount> => {
  const connection = connectionId('counted')
  const credential: Credential = { ...credentialOf(connection), lastUsed: today() }
  const { directory } = createMemoryDirectory()
  const serve = createScimService({
    directory,
    clock,
    credentials: {
      credential: async () => credential,
      credentials: async () => [credential],
      saveCredential: async () => undefined,
      markUsed: async () => undefined,
    },
  })
  const stamp = { connection, actor: { kind: 'credential' as const, label: 'bench' }, requestId: 'count' }
  const idOfNew = async (draft: typeof small): Promise<string> => {
    const result = await directory.createMember({ ...stamp, at: clock.now() }, draft)
    if (result.kind !== 'written') throw new Error(`not written: ${result.kind}`)
    return result.member.id
  }
  const [largeId, smallId] = [await idOfNew(large), await idOfNew(small)]
  const send = async (method: string, path: string, value?: string): Promise<void> => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp']
    const body = { schemas, Operations: [{ op: 'replace', path: 'title', value }] }
    const { status } = await serve({
      connection,
      baseUrl: 'https://bench.example/counted/scim/v2',
      method,
      path,
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: value === undefined ? undefined : Buffer.from(JSON.stringify(body)),
      requestId: 'count',
    })
    if (status !== 200) throw new Error(`${method} ${path} answered ${status}`)
  }
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const count = {
    read: await callsDuring(session, async () => {
      await send('GET', `/Users/${largeId}`)
      await send('GET', '/Users')
    }),
    patchLarge: await callsDuring(session, () => send('PATCH', `/Users/${largeId}`, 'Lead')),
    patchSmall: await callsDuring(session, () => send('PATCH', `/Users/${smallId}`, 'Lead')),
    attributes: emails,
  }
  await session.post('Profiler.stopPreciseCoverage')
  session.disconnect()
  return count
}
