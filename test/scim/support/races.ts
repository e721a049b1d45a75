import { expect } from 'vitest'
import { seeded } from '../../../infra/local/dynamodb/seeded.ts'
import { idOf, type Reply, type Scim, type Sent } from './service.ts'

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Conflicts, refusals, and writes whose answer is lost. On an engine that cannot be disturbed, what meets there meets by itself. */
export const disturb = ({ table }: Scim, seed: number): void => {
  const random = seeded(seed)
  table.engine?.inject({
    seed,
    rules: [
      { fault: 'conflict', probability: 0.15, operations: ['TransactWriteItems'] },
      { fault: 'throttled', probability: 0.03 },
    ],
    afterCommit: (operation) => {
      if (operation === 'TransactWriteItems' && random() < 0.05) throw new Error('the answer is lost')
    },
  })
}
export const calm = ({ table }: Scim): void => table.engine?.inject({})

/** As identity providers do: what is answered 429 or 503 is sent again. */
export const insist = async (scim: Scim, sent: Sent): Promise<Reply> => {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const reply = await scim.send(sent)
    if (reply.status !== 429 && reply.status !== 503) return reply
    await pause(20 * Math.random())
  }
  throw new Error('never answered')
}

/** What must be there before a race begins. */
export const created = async (scim: Scim, path: string, body: object): Promise<string> => {
  const reply = await insist(scim, { method: 'POST', path, body })
  expect(reply.status).toBe(201)
  return idOf(reply)
}

export const patchOf = (...Operations: readonly object[]): object => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
