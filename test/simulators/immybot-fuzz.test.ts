import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { World } from '../../infra/local/simulators/immybot/world.ts'
import { type Instance, openInstance } from './immybot-client.ts'
import { type Documented, documentedIn, ids } from './immybot-documented.ts'

/** Whatever a client invents is refused as the documents say, and changes nothing. FUZZ_BUDGET says how many inventions. */
const numRuns = Math.min(5_000, Number(process.env.FUZZ_BUDGET ?? 150))
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const preparedFor = (generation: 'legacy' | 'rbac'): Instance => {
  const instance = openInstance()
  const { control } = instance
  control.edit(
    { kind: 'addUser', email: 'ada@demo.test' },
    { kind: 'addUser', email: 'paula@demo.test' },
    { kind: 'addGroup', name: 'G' },
    { kind: 'addRole', name: 'Mine', permissions: ['software:view'] },
    {
      kind: 'assign',
      to: { email: 'ada@demo.test' },
      role: 'Script Manager',
      scope: { kind: 'owner' },
    },
    { kind: 'addGroupMember', group: 'G', email: 'ada@demo.test' },
    { kind: 'requestAccess', email: 'alan@demo.test' },
  )
  control.switches({ generation })
  return instance
}

/** One instance for many requests: what is refused leaves it as it was, and what is not puts it back. */
type Bench = { readonly instance: Instance; readonly before: World; readonly again: () => void }
const bench = (generation: 'legacy' | 'rbac'): Bench => {
  const instance = preparedFor(generation)
  const before = instance.world()
  return { instance, before, again: () => instance.control.reset(before) }
}

const address = ({ path, query }: Documented): string => {
  const written = new URLSearchParams((query ?? []).map(([name, value]): [string, string] => [name, value]))
  return `/api/v1${path}${written.size === 0 ? '' : `?${written}`}`
}
/** An id is a 32-bit integer. */
const patternOf = (path: string): string =>
  path.replaceAll(/\/(\d+)(?=\/|$)/g, (whole, id) => (Number(id) < 2 ** 31 ? '/#' : whole))

type Json = fc.JsonValue
/** Enumerations and kinds of resource take a name or a number. */
const eitherKind = ['resourceType', 'resourceCategory', 'assignmentType', 'expiresIn', 'expirationTime']
const invented = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,11}$/).filter((name) => name !== '__proto__')

describe.each(['legacy', 'rbac'] as const)('%s', (generation) => {
  const documented = documentedIn(generation)
  const { instance, before, again } = bench(generation)
  const documentedCall = fc.constantFrom(...documented)
  const withBody = documented.filter((one) => one.body !== undefined)
  const send = (one: Documented, body: unknown = one.body, more = '') =>
    instance.call(one.method, `${address(one)}${more}`, body)

  it('has the ids the documented requests name', () => {
    expect(before.users.map(({ id }) => id)).toEqual(expect.arrayContaining([ids.user, ids.other]))
    expect(before.groups.map(({ id }) => id)).toEqual([ids.group])
    expect(before.roles.at(-1)?.id).toBe(ids.role)
    expect(before.assignments.at(-1)?.id).toBe(ids.assignment)
  })

  it.each(documented.map((one) => [`${one.method} ${one.path}`, one] as const))(
    '%s is answered with JSON, and a reading changes nothing',
    (_, one) => {
      again()
      const reply = send(one)
      expect(reply).toMatchObject({ status: 200, html: false })
      if (one.method === 'GET') expect(instance.world()).toBe(before)
    },
  )

  it('serves no route that is not documented', () => {
    const vocabulary = documented.flatMap(({ path }) => path.split('/').slice(1))
    const segment = fc.oneof(
      fc.constantFrom(...vocabulary),
      fc.constantFrom(
        '1',
        '99',
        '-1',
        '1.5',
        '0x1',
        '2147483648',
        'users',
        'bulk-create',
        'add-roles',
        'enable',
      ),
      invented,
    )
    const known = new Map<string, Set<string>>()
    for (const { method, path } of documented)
      known.set(patternOf(path), (known.get(patternOf(path)) ?? new Set()).add(method))
    // Documented without a body, or not needing this world: these answer on their own.
    known.set('/tenants/#/azure-groups/x', new Set(['GET']))
    again()
    fc.assert(
      fc.property(
        fc.constantFrom(...methods),
        fc.oneof(
          fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
          documentedCall.map(({ path }) => path),
        ),
        fc.option(fc.json(), { nil: undefined }),
        (method, path, text) => {
          const pattern = patternOf(path)
          const allowed = known.get(pattern)
          if (allowed?.has(method) || /azure-groups\/|^\/auth\/me\//.test(path)) return
          const body: unknown = text === undefined ? undefined : JSON.parse(text)
          const reply = instance.call(method, `/api/v1${path}`, body)
          expect([pattern, reply.html, reply.status]).toEqual(
            allowed === undefined ? [pattern, true, 200] : [pattern, false, 405],
          )
          expect(instance.world()).toBe(before)
        },
      ),
      { numRuns },
    )
  })

  it('refuses a field that is not documented, wherever it stands, and may be told to pass over it', () => {
    const fieldsOf = (one: Documented): readonly string[] => {
      const dto = (one.body?.dtos as readonly Readonly<Record<string, unknown>>[] | undefined)?.[0] ?? {}
      return [...Object.keys(one.body ?? {}), ...Object.keys(dto), 'userId', 'hasManagementAccess']
    }
    const withField = (one: Documented, name: string, value: Json, deep: boolean): unknown =>
      deep && one.body?.dtos !== undefined
        ? { dtos: (one.body.dtos as readonly object[]).map((dto) => ({ ...dto, [name]: value })) }
        : { ...one.body, [name]: value }
    fc.assert(
      fc.property(
        fc.constantFrom(...withBody),
        invented,
        fc.jsonValue(),
        fc.boolean(),
        (one, name, value, deep) => {
          if (fieldsOf(one).includes(name)) return
          again()
          const body = withField(one, name, value, deep)
          expect(send(one, body)).toMatchObject({ status: 400, html: false })
          expect(instance.world()).toBe(before)
          send(one)
          const expected = instance.world()
          again()
          instance.control.switches({ unknownFields: 'ignored' })
          expect(send(one, body).status).toBe(200)
          expect({ ...instance.world(), switches: before.switches }).toEqual(expected)
        },
      ),
      { numRuns },
    )
  })

  it('refuses a query parameter that is not documented', () => {
    again()
    fc.assert(
      fc.property(documentedCall, invented, fc.string({ maxLength: 5 }), (one, name, value) => {
        const sieve = ['filters', 'sorts', 'page', 'pagesize', 'msponly', 'search', 'userid', 'userids']
        if ([...sieve, 'skip', 'take', 'sort', 'group', 'filter', 'select'].includes(name.toLowerCase()))
          return
        const sign = (one.query ?? []).length === 0 ? '?' : '&'
        const reply = send(one, one.body, `${sign}${new URLSearchParams({ [name]: value })}`)
        expect(reply).toMatchObject({ status: 400, html: false })
        expect(instance.world()).toBe(before)
      }),
      { numRuns },
    )
  })

  it('refuses a field that is left out or is of another kind, unless it may be', () => {
    fc.assert(
      fc.property(fc.constantFrom(...withBody), fc.nat(), fc.jsonValue(), (one, place, value) => {
        again()
        const names = Object.keys(one.body ?? {})
        const name = names[place % names.length] ?? ''
        const { [name]: own, ...others } = one.body ?? {}
        for (const body of [others, { ...others, [name]: value }]) {
          const reply = send(one, body)
          expect(reply.html).toBe(false)
          // A value of the right kind may be right, or name something that is not there.
          expect([200, 400, 404]).toContain(reply.status)
          if (reply.status !== 200) expect(instance.world()).toBe(before)
          else if (name in body && typeof value !== typeof own && own !== null && !eitherKind.includes(name))
            expect(value).toBeNull()
          again()
        }
      }),
      { numRuns },
    )
  })

  it('refuses a body that is not JSON, and one where none is documented', () => {
    again()
    fc.assert(
      fc.property(documentedCall, fc.jsonValue(), (one, value) => {
        const wrong =
          one.body === undefined || typeof value !== 'object' || value === null || Array.isArray(value)
        if (!wrong) return
        const reply = send(one, value)
        expect(reply.status).toBe(400)
        expect(instance.world()).toBe(before)
      }),
      { numRuns },
    )
  })

  it('answers nobody without a token', () => {
    again()
    fc.assert(
      fc.property(documentedCall, fc.string({ minLength: 0, maxLength: 40 }), (one, token) => {
        expect(instance.call(one.method, address(one), one.body, token)).toMatchObject({ status: 401 })
        expect(instance.world()).toBe(before)
      }),
      { numRuns },
    )
  })
})
