import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { type Instant, later } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { ChildCommunity } from '../../core/snapshot.ts'
import { heldRoles } from './accounts.ts'
import type { Asking } from './asking.ts'
import { type AvatarShape, avatarShape, type CommunityShape, communityShape } from './shapes.ts'

/** A main community and those it manages: whoever has a role above has it below, too. */
export type Family = {
  readonly community: () => Promise<CommunityShape>
  /** As the platform says now; none unless this is a main community. */
  readonly children: () => Promise<readonly ChildCommunity[]>
  /**
   * After a suspension or removal here: where below the person can still get in, and where nobody can tell. An inherited membership that
   * still lets in is `platformDisagrees`. One read per managed community.
   */
  readonly remains: (avatar: AvatarShape, after: 'suspension' | 'removal') => Promise<readonly string[]>
  /** Whether our key is heard there. */
  readonly mayRead: (child: ChildCommunity) => Promise<boolean>
  /** How many hold a role of this community in the managed ones that we may read. */
  readonly holdersBelow: (role: string) => Promise<number>
}

/** Seconds for which the list of managed communities, and who may not be read, is taken as known. */
const rememberChildren = 600
const rememberRefusal = 3600
const readings = 3

const childUuid = (child: string | { readonly uuid: string }): string =>
  typeof child === 'string' ? child : child.uuid

export const createFamily = (reads: Asking, tenant: string, clock: Clock): Family => {
  let known: { readonly children: readonly ChildCommunity[]; readonly until: Instant } | undefined
  // Errors count against the caller: what was refused is not asked again for a while.
  const refused = new Map<string, Instant>()
  const isRefused = (what: string): boolean => (refused.get(what) ?? '') > clock.now()
  const refuse = (what: string): void => void refused.set(what, later(clock.now(), rememberRefusal))

  const home = (uuid: string): string => `/v1/communities/${encodeURIComponent(uuid)}`
  const community = (): Promise<CommunityShape> =>
    reads.one(home(tenant), communityShape, 'reading the community')

  /** `undefined`: our key may not list them. */
  const listed = async (): Promise<readonly CommunityShape[] | undefined> => {
    if (isRefused(tenant)) return undefined
    try {
      const what = 'reading the sub-communities'
      return await reads.all(`${home(tenant)}/sub-communities`, communityShape, what)
    } catch (error) {
      if (!isConnectorError(error, 'platformForbidden')) throw error
      refuse(tenant)
      return undefined
    }
  }

  const children = async (): Promise<readonly ChildCommunity[]> => {
    const own = await community()
    const told = (own.subcommunities ?? []).map(childUuid)
    const list = own.is_parent === true || told.length > 0 ? await listed() : []
    // Without the right to list them there are still their ids.
    const found = list?.map(({ uuid, name }) => ({ tenant: uuid ?? '', name: name ?? uuid ?? '' }))
    const result = found ?? told.map((uuid) => ({ tenant: uuid, name: uuid }))
    known = { children: result, until: later(clock.now(), rememberChildren) }
    return result
  }
  const knownChildren = async (): Promise<readonly ChildCommunity[]> =>
    known !== undefined && known.until > clock.now() ? known.children : children()

  const below = (child: string, query: Readonly<Record<string, string>>): Promise<readonly AvatarShape[]> =>
    reads.page(
      `${home(child)}/avatars/`,
      { limit: '100', offset: '0', ...query },
      avatarShape,
      'reading the members of a sub-community',
    )

  /** What a managed community shows of the person, once an inherited membership lets in no longer. */
  const own = async (child: ChildCommunity, above: AvatarShape, user: string): Promise<boolean> => {
    for (let reading = 1; reading <= readings; reading += 1) {
      if (reading > 1) await clock.sleep(reading - 1)
      const seen = await below(child.tenant, { 'match[user_uuid]': user, include_parent: 'true' })
      const open = seen.filter((avatar) => avatar.user?.uuid === user && avatar.status === 'enabled')
      if (open.every(({ uuid }) => uuid !== above.uuid)) return open.length > 0
    }
    throw new ConnectorError(
      'platformDisagrees',
      `the membership ended here and still lets into "${child.name}", which this community manages`,
    )
  }

  /** A removal cannot be tried again, so that whatever keeps us from looking is said; a suspension can. */
  const asFarAsWeMay = async (
    child: ChildCommunity,
    after: 'suspension' | 'removal',
    look: () => Promise<boolean>,
  ): Promise<boolean | undefined> => {
    try {
      return await look()
    } catch (error) {
      const forbidden = isConnectorError(error, 'platformForbidden', 'platformNotFound')
      if (forbidden) refuse(child.tenant)
      const fatal = after === 'suspension' || isConnectorError(error, 'platformDisagrees')
      if (!forbidden && (fatal || !isConnectorError(error))) throw error
      return undefined
    }
  }

  const remains = async (
    avatar: AvatarShape,
    after: 'suspension' | 'removal',
  ): Promise<readonly string[]> => {
    const user = avatar.user?.uuid ?? undefined
    const lines: string[] = []
    // One error is enough: the others are not asked in this round.
    let asking = user !== undefined
    const look = async (child: ChildCommunity): Promise<boolean | undefined> => {
      if (!asking || user === undefined || isRefused(child.tenant)) return undefined
      const open = await asFarAsWeMay(child, after, () => own(child, avatar, user))
      asking = open !== undefined
      return open
    }
    for (const child of await knownChildren()) {
      const open = await look(child)
      if (open !== false) lines.push(open ? child.name : `${child.name} (unknown)`)
    }
    return lines
  }

  return {
    community,
    children,
    remains,
    mayRead: async (child) => {
      const look = async (): Promise<boolean> => (await below(child.tenant, { limit: '1' })).length >= 0
      return !isRefused(child.tenant) && (await asFarAsWeMay(child, 'suspension', look)) === true
    },
    holdersBelow: async (role) => {
      let count = 0
      for (const child of (await knownChildren()).filter(({ tenant: uuid }) => !isRefused(uuid))) {
        try {
          const seen = await below(child.tenant, { 'match[role_uuid]': role })
          count += seen.filter((avatar) => heldRoles(avatar).includes(role)).length
        } catch (error) {
          if (!isConnectorError(error, 'platformForbidden', 'platformNotFound')) throw error
          refuse(child.tenant)
        }
      }
      return count
    },
  }
}
