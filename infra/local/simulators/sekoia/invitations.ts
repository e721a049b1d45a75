import { withRolesGiven } from './avatars.ts'
import { email, list, recordOf, type Shape, uuid } from './checks.ts'
import { reachedBy } from './family.ts'
import { type Answer, type Call, type Route, refuse } from './routing.ts'
import type { Avatar, User, World } from './world.ts'

const day = 24 * 3600 * 1000

type Wish = { readonly email: string; readonly community: string; readonly roles: readonly string[] }

const wishesOf = ({ world, body }: Call): readonly Wish[] => {
  const named = body[world.switches.inviteKey] as string | readonly string[]
  const emails = typeof named === 'string' ? [named] : named
  const communities = body.communities as Readonly<Record<string, readonly string[]>>
  return emails.flatMap((address) =>
    Object.entries(communities).map(([community, roles]) => ({ email: address, community, roles })),
  )
}

/** A user of the platform, or a new one who has to use the mailed link. */
const userFor = (world: World, address: string, id: string, now: string): User =>
  world.users.find((user) => user.email.toLowerCase() === address.toLowerCase()) ?? {
    uuid: id,
    email: address,
    firstname: '',
    lastname: '',
    confirmed: false,
    lastActivity: null,
    createdAt: now,
  }

const mailed = (world: World, wish: Wish, now: string): World => ({
  ...world,
  mails: [
    ...world.mails,
    {
      to: wish.email,
      community: wish.community,
      sentAt: now,
      expiresAt: new Date(Date.parse(now) + day).toISOString(),
    },
  ],
})

/** Nothing says what happens to the roles of somebody who is a member already: here nothing does. */
const invited = (world: World, wish: Wish, newId: () => string, now: string): World | string => {
  const user = userFor(world, wish.email, newId(), now)
  const known = world.avatars.some(
    (avatar) => avatar.community === wish.community && avatar.user === user.uuid,
  )
  const told = user.confirmed ? world : mailed(world, wish, now)
  if (known) return told
  const blank: Avatar = {
    uuid: newId(),
    community: wish.community,
    user: user.uuid,
    status: 'enabled',
    statusChangedAt: now,
    createdAt: now,
    updatedAt: now,
    builtin: null,
    roles: [],
  }
  const given = withRolesGiven(world, blank, wish.community, wish.roles)
  if (typeof given === 'string') return given
  const avatar = world.switches.invitationRoles === 'given' ? given : blank
  const users = world.users.includes(user) ? world.users : [...world.users, user]
  return { ...told, users, avatars: [...told.avatars, avatar] }
}

const invite =
  (newId: () => string) =>
  (call: Call): Answer => {
    const wishes = wishesOf(call)
    const reached = reachedBy(call.world, call.key)
    const foreign = wishes.find(({ community }) => !reached.includes(community))
    if (foreign !== undefined) return refuse(403, 'The caller is not a member of the community')
    const beyondHome = wishes.some(({ community }) => community !== call.key.communities[0])
    if (beyondHome && !call.key.permissions.includes('COMMUNITY_MANAGE_SUB_COMMUNITIES'))
      return refuse(403, 'COMMUNITY_MANAGE_SUB_COMMUNITIES is needed')
    const world = wishes.reduce<World | string>(
      (soFar, wish) => (typeof soFar === 'string' ? soFar : invited(soFar, wish, newId, call.now)),
      call.world,
    )
    return typeof world === 'string' ? refuse(call.world.switches.ruleStatus, world) : { status: 204, world }
  }

const shape = (world: World): Shape => ({
  [world.switches.inviteKey]: world.switches.inviteKey === 'email' ? email : list(email),
  communities: recordOf(uuid, list(uuid)),
})

export const invitationRoutes = (newId: () => string): readonly Route[] => [
  {
    method: 'POST',
    path: '/v1/invitations',
    permission: 'COMMUNITY_ADD_MEMBER',
    body: shape,
    handle: invite(newId),
  },
]
