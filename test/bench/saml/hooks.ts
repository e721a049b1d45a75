import { communities, oktaEvent, patchesOf } from '../../hooks/support/examples.ts'
import { openHooks } from '../../hooks/support/stage.ts'
import { median, percentile } from './numbers.ts'

export type HookTimes = { readonly calls: number; readonly p50: number; readonly p95: number }

const configuration = `version: 1
connections:
  - id: acme
    domains: [acme.test]
    hooks: { okta: { claims: [{ name: role, community: net }] } }
${communities}rules:
  - { id: operators, when: { group: { equals: Operators } }, grant: [{ community: net, role: operator }] }
`

/** Okta's hook through the handler as it is deployed, the store behind HTTP on loopback: from event to answer, warm. */
export const benchHooks = async (calls: number): Promise<HookTimes> => {
  const stage = await openHooks(configuration)
  try {
    const person = await stage.person('ada@acme.test')
    await stage.team('Operators', person)
    const called = async (): Promise<number> => {
      const started = performance.now()
      const { status, body } = await stage.call({
        path: '/acme/hooks/okta',
        body: oktaEvent({ id: '00u1', login: person.userName }, {}),
      })
      const milliseconds = performance.now() - started
      const role = patchesOf(body)[0]?.[2].join()
      if (status !== 200 || role !== 'operational_manager') throw new Error(`hook: ${status} ${role}`)
      return milliseconds
    }
    for (let n = 0; n < 50; n += 1) await called()
    const taken: number[] = []
    for (let n = 0; n < calls; n += 1) taken.push(await called())
    return { calls, p50: median(taken), p95: percentile(taken, 95) }
  } finally {
    await stage.close()
  }
}
