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
   * After a suspension or removal here: where below the person can still get in, and where nobody can tell. Throws for nothing, as what was done
   * here is done and nobody looks a second time. One read per managed community.
   */
  readonly remains: (avatar: AvatarShape) => Promise<readonly string[]>
  /** Whether our key is heard there. */
  readonly mayRead: (child: ChildCommunity) => Promise<boolean>
  /** How many hold a role of this community in the managed ones. */
  readonly holdersBelow: (role: string) => Promise<number | 'unknown'>
}

/** Seconds for which the list of managed communities, and who may not be read, is taken as known. */
const rememberChildren = 600
const rememberRefusal = 3600
const readings = 3

const unlessFailing = async <T>(look: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await look()
  } catch (error) {
    if (isConnectorError(error)) return undefined
    throw error
  }
}

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

  /** Whether the person still gets in there: by the membership that ended above, when that lasts longer than a moment, or by another. */
  const letsIn = async (child: ChildCommunity, above: AvatarShape, user: string): Promise<boolean> => {
    for (let reading = 1; ; reading += 1) {
      const seen = await below(child.tenant, { 'match[user_uuid]': user, include_parent: 'true' })
      // Without the filter the person may stand on any page.
      if (seen.some((avatar) => avatar.user?.uuid !== user))
        throw new ConnectorError('platformUnreadable', 'members of a sub-community: others than asked for')
      const open = seen.filter(({ status }) => status === 'enabled')
      if (open.every(({ uuid }) => uuid !== above.uuid) || reading === readings) return open.length > 0
      await clock.sleep(reading)
    }
  }

  /** `undefined`: our key is not heard there, which is remembered. */
  const whereHeard = async <T>(child: ChildCommunity, look: () => Promise<T>): Promise<T | undefined> => {
    if (isRefused(child.tenant)) return undefined
    try {
      return await look()
    } catch (error) {
      if (!isConnectorError(error, 'platformForbidden', 'platformNotFound')) throw error
      refuse(child.tenant)
      return undefined
    }
  }

  const remains = async (avatar: AvatarShape): Promise<readonly string[]> => {
    const user = avatar.user?.uuid ?? undefined
    const lines: string[] = []
    // One error is enough: the others are not asked in this round.
    let asking = user !== undefined
    const look = async (child: ChildCommunity): Promise<boolean | undefined> => {
      if (!asking || user === undefined || isRefused(child.tenant)) return undefined
      const open = await unlessFailing(() => whereHeard(child, () => letsIn(child, avatar, user)))
      asking = open !== undefined
      return open
    }
    const children = await unlessFailing(knownChildren)
    if (children === undefined) return ['managed communities (unknown)']
    for (const child of children) {
      const open = await look(child)
      if (open !== false) lines.push(open ? child.name : `${child.name} (unknown)`)
    }
    return lines
  }

  return {
    community,
    children,
    remains,
    mayRead: async (child) =>
      (await whereHeard(child, () => below(child.tenant, { limit: '1' }))) !== undefined,
    holdersBelow: async (role) => {
      let count = 0
      for (const child of await knownChildren()) {
        const seen = await whereHeard(child, () => below(child.tenant, { 'match[role_uuid]': role }))
        if (seen === undefined) return 'unknown'
        count += seen.filter((avatar) => heldRoles(avatar).includes(role)).length
      }
      return count
    },
  }
}
