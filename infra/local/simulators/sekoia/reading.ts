import { optional, type Shape, text } from './checks.ts'
import { childrenOf, reachedBy } from './family.ts'
import {
  type Answer,
  type Call,
  listing,
  matches,
  ordering,
  paging,
  type Route,
  refuse,
  unknownThing,
} from './routing.ts'
import { showCommunity, showKey, showUser } from './show.ts'
import type { Intake } from './world.ts'

/** What a caller may look at without changing anything: itself, communities, intakes, keys. */
const ownCommunities = ({ world, key }: Call) =>
  world.communities.filter(({ uuid }) => reachedBy(world, key).includes(uuid))

/** Of the caller that stands behind the key, whose id is the key's or another. */
const idOf = ({ world, key }: Call): string =>
  world.switches.ownKey === 'me' ? key.uuid : key.uuid.replace(/^0a/, '0f')

const me = (call: Call): Answer => ({
  status: 200,
  body: { uuid: idOf(call), email: null, firstname: call.key.name, lastname: '' },
})

const validated = (call: Call): Answer => ({
  status: 200,
  body: {
    sub: idOf(call),
    ...(call.world.switches.ownKey === 'claims' && call.key.expiresAt !== null
      ? { exp: Math.floor(Date.parse(call.key.expiresAt) / 1000) }
      : {}),
  },
})

const myCommunities = (call: Call): Answer =>
  listing(
    call.query,
    ownCommunities(call).map((community) => ({
      uuid: community.uuid,
      subcommunities: childrenOf(call.world, community.uuid).map(({ uuid }) => uuid),
    })),
    [],
  )

const myPermissions = ({ world, key }: Call): Answer => {
  const items = world.permissions
    .filter(({ name }) => key.permissions.includes(name))
    .map(({ uuid, name, title }) => ({ uuid, name, title }))
  return { status: 200, body: { total: items.length, items } }
}

const listCommunities = (call: Call): Answer =>
  listing(
    call.query,
    ownCommunities(call)
      .filter(({ uuid, name }) => matches(call.query, 'uuid', [uuid]) && matches(call.query, 'name', [name]))
      .map((community) => showCommunity(call.world, community)),
    ['name', 'created_at'],
  )

const community = ({ world, params }: Call): Answer => {
  const found = world.communities.find(({ uuid }) => uuid === params.community)
  return found === undefined ? unknownThing('Community') : { status: 200, body: showCommunity(world, found) }
}

/** Documented without paging: the whole list at once. */
const subCommunities = ({ world, params }: Call): Answer => {
  const items = childrenOf(world, params.community ?? '').map((one) => showCommunity(world, one))
  return { status: 200, body: { total: items.length, items } }
}

const founding: Shape = {
  name: text(1, 100),
  description: optional(text(0, 1000)),
  homepage_url: optional(text(0, 1000)),
}
/** One level only: a managed community manages none. */
const foundCommunity = ({ world, params, body, now }: Call, uuid: string): Answer => {
  const parent = world.communities.find((one) => one.uuid === params.community)
  if (parent === undefined || parent.parent !== null) return refuse(403, 'Not a main community')
  const community = { uuid, name: String(body.name), parent: parent.uuid, createdAt: now }
  const next = { ...world, communities: [...world.communities, community] }
  return { status: 200, body: showCommunity(next, community), world: next }
}

const intakeFields = [
  'community_uuid',
  'name',
  'uuid',
  'format_uuid',
  'entity_uuid',
  'entity_name',
  'intake_key',
  'status',
]
/** What an intake has of these; it matches no value of what it has not. */
const intakeValues = (intake: Intake): Readonly<Record<string, string>> => ({
  community_uuid: intake.community,
  name: intake.name,
  uuid: intake.uuid,
  intake_key: `secret-of-${intake.uuid}`,
  status: 'running',
})

const intakes = ({ world, key, query }: Call): Answer =>
  listing(
    query,
    world.intakes
      .filter((intake) => reachedBy(world, key).includes(intake.community))
      .filter(
        (intake) =>
          !(query.get('exclude[uuid]') ?? '').split(',').includes(intake.uuid) &&
          intakeFields.every((field) => matches(query, field, [intakeValues(intake)[field] ?? null])),
      )
      .map((intake) => ({
        uuid: intake.uuid,
        name: intake.name,
        community_uuid: intake.community,
        status: 'running',
        intake_key: `secret-of-${intake.uuid}`,
      })),
    ['name', 'uuid'],
  )

const apiKeys = ({ world, params, query, now }: Call): Answer =>
  listing(
    query,
    world.keys
      .filter((key) => key.communities[0] === params.community)
      .map((key) => showKey(world, key, now)),
    ['name', 'expires_at'],
  )

const userAvatars = ({ world, params, key, query }: Call): Answer => {
  const items = world.avatars
    .filter((avatar) => avatar.user === params.user && reachedBy(world, key).includes(avatar.community))
    .map((avatar) => ({
      uuid: avatar.uuid,
      created_at: avatar.createdAt,
      updated_at: avatar.updatedAt,
      community: { uuid: avatar.community },
    }))
  return listing(query, items, [])
}

/** Of whom the caller shares a community with. */
const user = ({ world, params, key }: Call): Answer => {
  const found = world.users.find(({ uuid }) => uuid === params.user)
  const shared = world.avatars.filter(
    (avatar) => avatar.user === params.user && reachedBy(world, key).includes(avatar.community),
  )
  if (found === undefined || shared.length === 0) return unknownThing('User')
  const communities = shared.map((avatar) => ({
    uuid: avatar.community,
    name: world.communities.find(({ uuid }) => uuid === avatar.community)?.name ?? '',
    avatar_uuid: avatar.uuid,
    disabled: avatar.status === 'disabled',
  }))
  return { status: 200, body: { ...showUser(world, found), communities } }
}

const one = '/v1/communities/:community'
export const readingRoutes = (newId: () => string): readonly Route[] => [
  { method: 'GET', path: '/v1/me', query: ['extended'], handle: me },
  { method: 'GET', path: '/v1/auth/validate', handle: validated },
  { method: 'GET', path: '/v1/me/communities', handle: myCommunities },
  { method: 'GET', path: '/v1/me/permissions', handle: myPermissions },
  {
    method: 'GET',
    path: '/v1/communities',
    query: [
      ...paging,
      ...ordering,
      'match[name]',
      'match[uuid]',
      'match[plan_properties]',
      'disabled',
      'parent',
    ],
    handle: listCommunities,
  },
  { method: 'GET', path: one, query: ['include_disabled', 'include_licenses'], handle: community },
  {
    method: 'GET',
    path: `${one}/sub-communities`,
    permission: 'COMMUNITY_MANAGE_SUB_COMMUNITIES',
    query: [...ordering, 'disabled', 'include_licenses', 'include_available_permissions_mask'],
    handle: subCommunities,
  },
  {
    method: 'POST',
    path: `${one}/sub-communities`,
    permission: 'COMMUNITY_MANAGE_SUB_COMMUNITIES',
    body: () => founding,
    handle: (call) => foundCommunity(call, newId()),
  },
  {
    method: 'GET',
    path: '/v1/sic/conf/intakes',
    permission: 'SIC_READ_INTAKES',
    query: [
      ...paging,
      ...ordering,
      ...intakeFields.map((field) => `match[${field}]`),
      'exclude[uuid]',
      'date[created_at]',
      'with_status',
    ],
    handle: intakes,
  },
  {
    method: 'GET',
    path: `${one}/api-keys`,
    permission: 'COMMUNITY_READ_APIKEY',
    query: [
      ...paging,
      ...ordering,
      'match[name]',
      'match[uuid]',
      'match[status]',
      'match[revoked]',
      'date[created_at]',
    ],
    handle: apiKeys,
  },
  {
    method: 'GET',
    path: '/v1/users',
    query: [...paging, 'match[email]', 'match[uuid]', 'search', 'deleted'],
    handle: () => refuse(403, 'Only the platform’s own administrators may list users'),
  },
  { method: 'GET', path: '/v1/users/:user', handle: user },
  { method: 'GET', path: '/v1/users/:user/avatars', query: paging, handle: userAvatars },
]
