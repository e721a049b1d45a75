import { boolean, email, matching, oneOf, optional, required, type Shape, text } from './checks.ts'
import { systemRoles } from './demo.ts'
import { type Answer, type Call, enveloped, type Route, refuse } from './routing.ts'
import { shownAccount } from './show.ts'
import { type Account, accountOf, isBelow, listCap, withAccount } from './world.ts'

type AccountCreate = {
  readonly shortname: string
  readonly organization: string
  readonly type: Account['type']
  readonly retention: number
  readonly rollupRetention: number
  readonly username: string
  readonly given_name: string
  readonly family_name: string
  readonly trial?: boolean
}
type AccountUpdate = Pick<Account, 'organization' | 'type' | 'retention' | 'rollupRetention'>

const types = ['customer', 'reseller', 'staff'] as const
const common = {
  organization: required(text(1)),
  type: required(oneOf(...types)),
  retention: required(oneOf(7, 45, 90, 180)),
  rollupRetention: required(oneOf(7, 90, 180, 365)),
}
const accountCreate: Shape = {
  kind: 'object',
  fields: {
    ...common,
    shortname: required(matching(/^[a-z0-9-]{5,16}$/, 'must be 5 to 16 characters')),
    username: required(email),
    given_name: required(text(1)),
    family_name: required(text(1)),
    trial: optional(boolean),
    fps: optional((value) => (Number.isInteger(value) ? undefined : 'must be a whole number')),
  },
}
const accountUpdate: Shape = { kind: 'object', fields: common }

const listTypes = (): Answer => enveloped(200, types)

const below = ({ world, account }: Call): readonly Account[] =>
  world.accounts.filter((one) => isBelow(world, one, account.shortname))

const onlyResellers =
  (handle: (call: Call) => Answer) =>
  (call: Call): Answer =>
    call.account.type === 'reseller' ? handle(call) : refuse(403, 'only resellers have customers')

const list = onlyResellers((call) =>
  enveloped(
    200,
    below(call)
      .slice(0, listCap)
      .map((one) => shownAccount(call.world, one)),
  ),
)

const find = (call: Call): Account | undefined =>
  below(call).find(({ shortname }) => shortname === call.params.shortname)
const unknownCustomer = (): Answer => refuse(404, 'there is no such customer')

const one = onlyResellers((call) => {
  const found = find(call)
  return found === undefined ? unknownCustomer() : enveloped(200, shownAccount(call.world, found))
})

const create = (newId: () => string) =>
  onlyResellers((call) => {
    const { world, account } = call
    const config = call.body as AccountCreate
    if (accountOf(world, config.shortname) !== undefined) return refuse(409, 'the shortname is taken')
    const made: Account = {
      id: newId(),
      shortname: config.shortname,
      organization: config.organization,
      type: config.type,
      parent: account.shortname,
      sharedSecret: newId(),
      retention: config.retention,
      rollupRetention: config.rollupRetention,
      trial: config.trial ?? false,
      allowedIps: [],
      users: [
        {
          id: newId(),
          given_name: config.given_name,
          family_name: config.family_name,
          email: config.username,
          roles: ['admin'],
        },
      ],
      roles: systemRoles(() => newId(), config.type === 'reseller'),
      keys: [],
    }
    const next = { ...world, accounts: [...world.accounts, made] }
    return enveloped(201, shownAccount(next, made), next)
  })

const update = onlyResellers((call) => {
  const found = find(call)
  if (found === undefined) return unknownCustomer()
  const changed = { ...found, ...(call.body as AccountUpdate) }
  const next = withAccount(call.world, found.shortname, () => changed)
  return enveloped(200, shownAccount(next, changed), next)
})

const remove = onlyResellers((call) => {
  const found = find(call)
  if (found === undefined) return unknownCustomer()
  if (call.world.accounts.some(({ parent }) => parent === found.shortname))
    return refuse(409, 'the account has customers of its own')
  const accounts = call.world.accounts.filter(({ shortname }) => shortname !== found.shortname)
  return { status: 204, world: { ...call.world, accounts } }
})

const allowedIps = ({ account }: Call): Answer => ({ status: 200, body: account.allowedIps })
const allowIps = ({ world, account, body }: Call): Answer => ({
  status: 201,
  body,
  world: withAccount(world, account.shortname, (one) => ({ ...one, allowedIps: body as readonly string[] })),
})

const resource = 'customers'
const ips = '/customer/access-allowed-ips'
export const customerRoutes = (newId: () => string): readonly Route[] => [
  { method: 'GET', path: '/customers/types', right: [resource, 'fetch'], success: 200, handle: listTypes },
  { method: 'GET', path: '/customers', right: [resource, 'fetch'], success: 200, handle: list },
  {
    method: 'POST',
    path: '/customer',
    right: [resource, 'create'],
    body: accountCreate,
    success: 201,
    handle: create(newId),
  },
  { method: 'GET', path: ips, right: ['users', 'fetch'], success: 200, handle: allowedIps },
  {
    method: 'PUT',
    path: ips,
    right: ['users', 'update'],
    body: { kind: 'list', item: text(1, 64) },
    success: 201,
    handle: allowIps,
  },
  { method: 'GET', path: '/customer/:shortname', right: [resource, 'fetch'], success: 200, handle: one },
  {
    method: 'PUT',
    path: '/customer/:shortname',
    right: [resource, 'update'],
    body: accountUpdate,
    success: 200,
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/customer/:shortname',
    right: [resource, 'delete'],
    success: 204,
    handle: remove,
  },
]
