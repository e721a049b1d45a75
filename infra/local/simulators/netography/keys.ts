import { listOf, matching, optional, required, type Shape, text } from './checks.ts'
import { type Answer, type Call, enveloped, type Route, refuse } from './routing.ts'
import { type ApiKey, listCap, replaced, type World, withAccount } from './world.ts'

type KeyConfig = Pick<ApiKey, 'appname' | 'roles'> & { readonly description?: string }

const keyConfig: Shape = {
  kind: 'object',
  fields: {
    appname: required(matching(/^[0-9a-zA-Z_.-]{1,64}$/, 'must be 1 to 64 of 0-9 a-z A-Z _ - .')),
    roles: required(listOf(text(1))),
    description: optional(text()),
  },
}

const saved = (call: Call, keys: readonly ApiKey[]): World =>
  withAccount(call.world, call.account.shortname, (account) => ({ ...account, keys }))

/** The key itself is shown once, by the call that makes it. */
const shown = ({ appkey, ...key }: ApiKey): Readonly<Record<string, unknown>> => key

const rolesFinding = ({ account }: Call, { roles }: KeyConfig): string | undefined => {
  if (roles.length !== 1) return 'a key has exactly one role'
  return account.roles.some(({ name }) => name === roles[0]) ? undefined : 'there is no role of that name'
}

const list = ({ account }: Call): Answer => enveloped(200, account.keys.slice(0, listCap).map(shown))

const find = ({ account, params }: Call): number =>
  account.keys.findIndex(({ appname }) => appname === params.appname)
const unknownKey = (): Answer => refuse(404, 'there is no such key')

const one = (call: Call): Answer => {
  const key = call.account.keys[find(call)]
  return key === undefined ? unknownKey() : enveloped(200, shown(key))
}

const create =
  (newId: () => string) =>
  (call: Call): Answer => {
    const config = call.body as KeyConfig
    const wrong = rolesFinding(call, config)
    if (wrong !== undefined) return refuse(400, wrong)
    if (call.account.keys.some(({ appname }) => appname === config.appname))
      return refuse(409, 'the name is taken')
    const key: ApiKey = { description: '', ...config, appkey: newId() }
    return enveloped(201, key, saved(call, [...call.account.keys, key]))
  }

const update = (call: Call): Answer => {
  const index = find(call)
  const key = call.account.keys[index]
  if (key === undefined) return unknownKey()
  const config = call.body as KeyConfig
  if (config.appname !== key.appname) return refuse(400, 'the name cannot be changed')
  const wrong = rolesFinding(call, config)
  if (wrong !== undefined) return refuse(400, wrong)
  const next: ApiKey = { description: '', ...config, appkey: key.appkey }
  return enveloped(200, shown(next), saved(call, replaced(call.account.keys, index, next)))
}

const remove = (call: Call): Answer => {
  const index = find(call)
  if (index < 0) return unknownKey()
  return { status: 204, world: saved(call, replaced(call.account.keys, index, undefined)) }
}

const regenerate =
  (newId: () => string) =>
  (call: Call): Answer => {
    const index = find(call)
    const key = call.account.keys[index]
    if (key === undefined) return unknownKey()
    const next = { ...key, appkey: newId() }
    return enveloped(200, next, saved(call, replaced(call.account.keys, index, next)))
  }

const resource = 'api_keys'
export const keyRoutes = (newId: () => string): readonly Route[] => [
  { method: 'GET', path: '/api-keys', right: [resource, 'fetch'], success: 200, handle: list },
  {
    method: 'POST',
    path: '/api-keys',
    right: [resource, 'create'],
    body: keyConfig,
    success: 201,
    handle: create(newId),
  },
  { method: 'GET', path: '/api-keys/:appname', right: [resource, 'fetch'], success: 200, handle: one },
  {
    method: 'PUT',
    path: '/api-keys/:appname',
    right: [resource, 'update'],
    body: keyConfig,
    success: 200,
    handle: update,
  },
  { method: 'DELETE', path: '/api-keys/:appname', right: [resource, 'delete'], success: 204, handle: remove },
  {
    method: 'PUT',
    path: '/api-keys/:appname/regen',
    right: [resource, 'update'],
    success: 200,
    handle: regenerate(newId),
  },
]
