import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { type Instant, later } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { ImmybotApi } from './api.ts'
import { type Call, isUnknownRoute } from './calls.ts'
import type { Dialect } from './dialect.ts'
import { readTwice } from './reread.ts'
import type { CallerShape, RoleShape, SubjectShape, TenantShape } from './shapes.ts'
import { type ApiDescription, descriptionOf } from './swagger.ts'

export type Generation = 'legacy' | 'rbac'

/** What is true of the whole instance at a moment. */
export type Facts = {
  readonly own: CallerShape
  readonly tenants: readonly TenantShape[]
  readonly roles: readonly RoleShape[]
  readonly subjects: readonly SubjectShape[]
}

export type Instance = {
  readonly generation: () => Promise<Generation>
  /** Read now, or as they were at most a minute ago. */
  readonly facts: (age: 'now' | 'recent') => Promise<Facts>
  /** We changed one of them. */
  readonly changed: () => void
  /**
   * Runs with the generation we believe in. An answer such as an unknown route gives makes us look again, once, and run again when the instance
   * has become another one: no route of one generation changes anything in the other.
   */
  readonly within: <T>(run: (generation: Generation) => Promise<T>) => Promise<T>
}

const day = 24 * 3600
const recent = 60

const rbacOnly = '/api/v1/user-role-assignments'

export const generationOf = (description: ApiDescription): Generation =>
  description.has('GET', rbacOnly) ? 'rbac' : 'legacy'

export const createInstance = (api: ImmybotApi, call: Call, clock: Clock, dialect: Dialect): Instance => {
  let believed: { readonly generation: Generation; readonly until: Instant } | undefined
  let known: { readonly facts: Facts; readonly until: Instant } | undefined

  const byDescription = async (): Promise<Generation | undefined> => {
    try {
      return generationOf(await descriptionOf(call))
    } catch (error) {
      if (isUnknownRoute(error) || isForbidden(error)) return undefined
      throw error
    }
  }
  const byProbe = async (): Promise<Generation> => {
    const what = 'asking for what only one generation of the API has'
    try {
      await call({ method: 'GET', path: rbacOnly, query: { Take: '1' }, what })
      return 'rbac'
    } catch (error) {
      if (isUnknownRoute(error)) {
        // An instance under maintenance knows no route at all: only what answers at all can tell by what it does not know.
        await api.caller()
        return 'legacy'
      }
      if (!isForbidden(error)) throw error
      throw new ConnectorError(
        'platformForbidden',
        'the generation of the API cannot be told: reading its description and the role assignments is refused; set dialect.generation',
        { field: 'dialect.generation' },
      )
    }
  }

  const detected = async (): Promise<Generation> => {
    if (dialect.generation !== 'detect') return dialect.generation
    const now = clock.now()
    if (believed !== undefined && believed.until > now) return believed.generation
    const generation = (await byDescription()) ?? (await byProbe())
    believed = { generation, until: later(now, day) }
    return generation
  }

  const read = async (): Promise<Facts> => {
    const until = later(clock.now(), recent)
    const own = await api.caller()
    const tenants = await api.tenants()
    const roles = await readTwice(api.roles, ({ id }) => id, clock, 'reading the roles')
    const subjects = await readTwice(api.subjects, printOf, clock, 'reading the permissions')
    const facts = { own, tenants, roles, subjects }
    known = { facts, until }
    return facts
  }

  return {
    generation: detected,
    facts: async (age) =>
      age === 'recent' && known !== undefined && known.until > clock.now() ? known.facts : read(),
    changed: () => {
      known = undefined
    },
    within: async (run) => {
      const generation = await detected()
      try {
        return await run(generation)
      } catch (error) {
        if (!isUnknownRoute(error)) throw error
        believed = undefined
        const now = await detected()
        if (now === generation) throw error
        return run(now)
      }
    },
  }
}

const printOf = ({ id, permissions }: SubjectShape): string =>
  JSON.stringify([id, permissions.map((one) => one.id)])

const isForbidden = (error: unknown): boolean => isConnectorError(error, 'platformForbidden')
