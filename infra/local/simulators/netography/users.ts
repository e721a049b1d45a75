import { email, listOf, optional, required, type Shape, text } from './checks.ts'
import { type Answer, type Call, enveloped, type Route, refuse } from './routing.ts'
import { shownList } from './show.ts'
import { type Account, adminsOf, replaced, type User, type World, withAccount } from './world.ts'

type UserConfig = Omit<User, 'id'>

const userConfig: Shape = {
  kind: 'object',
  fields: {
    given_name: required(text(1, 255)),
    family_name: required(text(1, 255)),
    email: required(email),
    nickname: optional(text()),
    picture: optional(text()),
    roles: required(listOf(text(1))),
  },
}

const creationsAllowed = 50
const creationWindow = 300

const saved = (world: World, shortname: string, users: readonly User[]): World =>
  withAccount(world, shortname, (account) => ({ ...account, users }))

const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

const rolesFinding = (account: Account, roles: readonly string[]): string | undefined => {
  if (roles.length !== 1) return 'a user has exactly one role'
  const unknown = roles.find((name) => !account.roles.some((role) => role.name === name))
  return unknown === undefined ? undefined : 'there is no role of that name'
}

const list = ({ world, account }: Call): Answer => shownList(world, 'users', account.users)

const find = ({ account, params }: Call): number => account.users.findIndex(({ id }) => id === params.id)
const unknownUser = (): Answer => refuse(404, 'there is no such user')

const one = (call: Call): Answer => {
  const user = call.account.users[find(call)]
  return user === undefined ? unknownUser() : enveloped(200, user)
}

/** Each request counts, whatever becomes of it. */
const counted = (world: World, shortname: string, now: string): World => {
  const since = new Date(Date.parse(now) - creationWindow * 1000).toISOString()
  return {
    ...world,
    creations: [...world.creations.filter(({ at }) => at > since), { shortname, at: now }],
  }
}

const tooMany = ({ world, account, now }: Call): Answer => {
  const first = world.creations.find(({ shortname }) => shortname === account.shortname)?.at ?? now
  const seconds = Math.ceil((Date.parse(first) - Date.parse(now)) / 1000) + creationWindow
  return {
    ...refuse(429, 'too many users created'),
    ...(world.switches.retryAfter ? { headers: { 'retry-after': String(seconds) } } : {}),
  }
}

const create =
  (newId: () => string) =>
  (call: Call): Answer => {
    const { account, now } = call
    const world = counted(call.world, account.shortname, now)
    const asked = world.creations.filter(({ shortname }) => shortname === account.shortname).length
    if (asked > creationsAllowed) return tooMany({ ...call, world })
    const config = call.body as UserConfig
    const finding = rolesFinding(account, config.roles)
    if (finding !== undefined) return { ...refuse(400, finding), world }
    const { duplicateEmail, welcomeMails } = world.switches
    const known = account.users.some((user) => sameAddress(user.email, config.email))
    if (known && duplicateEmail !== 'created')
      return { ...refuse(duplicateEmail, 'the e-mail address is taken'), world }
    const user: User = { id: newId(), ...config }
    const mailed = { to: user.email, shortname: account.shortname, at: now }
    return enveloped(201, user, {
      ...saved(world, account.shortname, [...account.users, user]),
      mails: welcomeMails ? [...world.mails, mailed] : world.mails,
    })
  }

/** A full replacement: what the body leaves out is gone. */
const update = (call: Call): Answer => {
  const { world, account } = call
  const index = find(call)
  const user = account.users[index]
  if (user === undefined) return unknownUser()
  const config = call.body as UserConfig
  const finding = rolesFinding(account, config.roles)
  if (finding !== undefined) return refuse(400, finding)
  if (world.switches.emailChange === 'refused' && config.email !== user.email)
    return refuse(400, 'the e-mail address cannot be changed')
  const next: User = { ...config, id: user.id, email: user.email }
  const users = replaced(account.users, index, next)
  if (adminsOf({ ...account, users }) === 0 && adminsOf(account) > 0)
    return refuse(world.switches.lastAdmin, 'a system administrator must remain')
  return enveloped(200, next, saved(world, account.shortname, users))
}

const remove = (call: Call): Answer => {
  const { world, account } = call
  const index = find(call)
  if (index < 0) return world.switches.deletedUnknown === 204 ? { status: 204 } : unknownUser()
  const users = replaced(account.users, index, undefined)
  if (adminsOf({ ...account, users }) === 0 && adminsOf(account) > 0)
    return refuse(world.switches.lastAdmin, 'a system administrator must remain')
  return { status: 204, world: saved(world, account.shortname, users) }
}

export const userRoutes = (newId: () => string): readonly Route[] => [
  { method: 'GET', path: '/users', right: ['users', 'fetch'], success: 200, handle: list },
  {
    method: 'POST',
    path: '/user',
    right: ['users', 'create'],
    body: userConfig,
    success: 201,
    handle: create(newId),
  },
  { method: 'GET', path: '/user/:id', right: ['users', 'fetch'], success: 200, handle: one },
  {
    method: 'PUT',
    path: '/user/:id',
    right: ['users', 'update'],
    body: userConfig,
    success: 200,
    handle: update,
  },
  { method: 'DELETE', path: '/user/:id', right: ['users', 'delete'], success: 204, handle: remove },
]
