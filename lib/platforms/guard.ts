import { AsyncLocalStorage } from 'node:async_hooks'
import type { Platform } from '../core/ports/platform.ts'

/** Asked right before a request leaves; throws when the worker has no right to call any more. */
export type Guard = () => Promise<void>

/**
 * An open community outlives runs, with its tokens and what it remembers, and one process may hold an old and a new worker of it at the same time.
 * So the guard is not the community's: it goes along with each call, however deep the request is that leaves in the end.
 */
export const createGuards = () => {
  const current = new AsyncLocalStorage<Guard>()
  return {
    check: async (): Promise<void> => current.getStore()?.(),
    guarded: (platform: Platform, guard: Guard): Platform => {
      const under =
        <Given extends readonly unknown[], Result>(method: (...given: Given) => Promise<Result>) =>
        (...given: Given): Promise<Result> =>
          current.run(guard, () => method(...given))
      return {
        traits: platform.traits,
        snapshot: under(platform.snapshot),
        accounts: under(platform.accounts),
        apply: under(platform.apply),
        catalogue: under(platform.catalogue),
        checkup: under(platform.checkup),
        credentialsExpire: under(platform.credentialsExpire),
      }
    },
  }
}
