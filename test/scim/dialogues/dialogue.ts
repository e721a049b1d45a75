import { expect } from 'vitest'
import type { Json, Reply, Scim } from '../support/service.ts'

/** One request of an identity provider as its documentation shows it, and the answer it can work with. `<name>` stands for a saved id. */
export type Step = {
  readonly says: string
  readonly send: readonly [method: string, path: string, body?: unknown]
  readonly status: number
  /** Keeps the answer's id under this name. */
  readonly saves?: string
  /** Must be contained in the answer. */
  readonly answer?: Json
}

const filled = (text: string, ids: ReadonlyMap<string, string>): string =>
  text.replace(/<(\w+)>/g, (whole, name: string) => ids.get(name) ?? whole)

/** Plays the whole dialogue in order; returns the saved ids. */
export const play = async (
  scim: Scim,
  steps: readonly Step[],
  headers: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map<string, string>()
  for (const step of steps) {
    const [method, path, body] = step.send
    const reply: Reply = await scim.send({
      method,
      path: filled(path, ids),
      ...(body === undefined ? {} : { body: JSON.parse(filled(JSON.stringify(body), ids)) }),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }) },
    })
    expect({
      says: step.says,
      status: reply.status,
      ...(reply.status === step.status ? {} : reply.body),
    }).toEqual({
      says: step.says,
      status: step.status,
    })
    if (step.answer !== undefined)
      expect(reply.body, step.says).toMatchObject(JSON.parse(filled(JSON.stringify(step.answer), ids)))
    if (step.saves !== undefined) ids.set(step.saves, String(reply.body.id))
  }
  return ids
}
