import {
  type Answer,
  type Call,
  listing,
  matches,
  ordering,
  paging,
  type Route,
  unknownThing,
} from './routing.ts'
import { showCommunity, showKey } from './show.ts'

/** What a caller may look at without changing anything: itself, communities, intakes, keys. */
const ownCommunities = ({ world, key }: Call) =>
  world.communities.filter(({ uuid }) => key.communities.includes(uuid))

const me = ({ key }: Call): Answer => ({
  status: 200,
  body: { uuid: key.uuid, email: null, firstname: key.name, lastname: '' },
})

const myCommunities = (call: Call): Answer =>
  listing(
    call.query,
    ownCommunities(call).map((community) => ({
      uuid: community.uuid,
      subcommunities: call.world.communities
        .filter(({ parent }) => parent === community.uuid)
        .map(({ uuid }) => uuid),
    })),
    [],
  )

const myPermissions = ({ world, key }: Call): Answer => {
  const items = world.permissions.filter(({ name }) => key.permissions.includes(name))
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
  const items = world.communities
    .filter(({ parent }) => parent === params.community)
    .map((one) => showCommunity(world, one))
  return { status: 200, body: { total: items.length, items } }
}

const intakes = ({ world, key, query }: Call): Answer =>
  listing(
    query,
    world.intakes
      .filter((intake) => key.communities.includes(intake.community))
      .filter(
        (intake) =>
          matches(query, 'community_uuid', [intake.community]) &&
          matches(query, 'name', [intake.name]) &&
          matches(query, 'uuid', [intake.uuid]),
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
    world.keys.filter((key) => key.communities[0] === params.community).map((key) => showKey(key, now)),
    ['name', 'expires_at'],
  )

const userAvatars = ({ world, params, key, query }: Call): Answer => {
  const items = world.avatars
    .filter((avatar) => avatar.user === params.user && key.communities.includes(avatar.community))
    .map((avatar) => ({
      uuid: avatar.uuid,
      created_at: avatar.createdAt,
      updated_at: avatar.updatedAt,
      community: { uuid: avatar.community },
    }))
  return listing(query, items, [])
}

const one = '/v1/communities/:community'
export const readingRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/me', query: ['extended'], handle: me },
  { method: 'GET', path: '/v1/me/communities', handle: myCommunities },
  { method: 'GET', path: '/v1/me/permissions', handle: myPermissions },
  {
    method: 'GET',
    path: '/v1/communities',
    query: [...paging, ...ordering, 'match[name]', 'match[uuid]', 'disabled', 'parent'],
    handle: listCommunities,
  },
  { method: 'GET', path: one, query: ['include_disabled', 'include_licenses'], handle: community },
  {
    method: 'GET',
    path: `${one}/sub-communities`,
    query: [...ordering, 'disabled', 'include_licenses', 'include_available_permissions_mask'],
    handle: subCommunities,
  },
  {
    method: 'GET',
    path: '/v1/sic/conf/intakes',
    permission: 'SIC_READ_INTAKES',
    query: [...paging, ...ordering, 'match[community_uuid]', 'match[name]', 'match[uuid]', 'with_status'],
    handle: intakes,
  },
  {
    method: 'GET',
    path: `${one}/api-keys`,
    permission: 'COMMUNITY_READ_APIKEY',
    query: [...paging, ...ordering, 'match[name]', 'match[uuid]', 'match[status]', 'match[revoked]'],
    handle: apiKeys,
  },
  { method: 'GET', path: '/v1/users/:user/avatars', query: paging, handle: userAvatars },
]
