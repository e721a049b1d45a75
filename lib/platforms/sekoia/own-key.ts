import { isConnectorError } from '../../core/errors.ts'
import { type Instant, instant } from '../../core/ids.ts'
import { instantOf } from './accounts.ts'
import type { Asking } from './asking.ts'
import { type ApiKeyShape, apiKeyShape, callerShape, claimsShape, ownPermissionShape } from './shapes.ts'

/** What our key is and may do. No right is needed to ask, but for the list of keys. */
export type OwnKey = {
  /** Whoever stands behind the key; throws where the key is not taken. */
  readonly caller: () => Promise<string | undefined>
  /** Names of permissions, as the platform writes them. */
  readonly permissions: () => Promise<readonly string[]>
  readonly expiry: () => Promise<Expiry>
  /** When it ends; undefined also where the platform will not say. */
  readonly expires: () => Promise<Instant | undefined>
}

export type Expiry =
  | { readonly kind: 'at'; readonly at: Instant }
  | { readonly kind: 'never' }
  /** `forbidden`: our key may not read the keys. `unknown`: none of them is certainly ours. */
  | { readonly kind: 'untold'; readonly why: 'forbidden' | 'unknown' }

export const readKeys = 'COMMUNITY_READ_APIKEY'

/** Shorter ones fit too many keys. */
const shortest = 4

const fits = (key: ApiKeyShape, secret: string): boolean => {
  const short = key.short_key ?? ''
  return short.length >= shortest && (secret.startsWith(short) || secret.endsWith(short))
}

/** What is not served, not allowed or not as documented is no answer. */
const silent = ['platformForbidden', 'platformNotFound', 'platformRefused', 'platformUnreadable'] as const

const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined)

export const createOwnKey = (asking: Asking, tenant: string, secret: () => Promise<string>): OwnKey => {
  const caller = async (): Promise<string | undefined> =>
    (await asking.one('/v1/me', callerShape, 'asking who we are')).uuid ?? undefined
  const permissions = async (): Promise<readonly string[]> =>
    (await asking.all('/v1/me/permissions', ownPermissionShape, 'asking for our permissions')).map(
      ({ name }) => name,
    )
  const keys = (): Promise<readonly ApiKeyShape[]> =>
    asking.whole(
      `/v1/communities/${encodeURIComponent(tenant)}/api-keys`,
      { sort: 'name', direction: 'asc' },
      apiKeyShape,
      'reading the API keys',
    )

  /** Which of the keys is ours is not documented: the one whose short form fits, else the one whose id is ours. */
  const listed = async (): Promise<Expiry | undefined> => {
    const active = (await keys()).filter(({ status }) => status !== 'revoked' && status !== 'expired')
    const value = await secret()
    const ours = only(active.filter((key) => fits(key, value))) ?? (await byId(active))
    if (ours === undefined) return undefined
    const at = ours.expires_at == null ? undefined : instantOf(ours.expires_at)
    return at === undefined ? { kind: 'never' } : { kind: 'at', at }
  }
  const byId = async (active: readonly ApiKeyShape[]): Promise<ApiKeyShape | undefined> => {
    const id = await caller()
    return active.find(({ uuid }) => uuid === id)
  }
  /** A token may say itself when it ends (RFC 7519, `exp` in seconds). */
  const claimed = async (): Promise<Expiry | undefined> => {
    const { exp } = await asking.one('/v1/auth/validate', claimsShape, 'asking about our key')
    return exp == null ? undefined : { kind: 'at', at: instant(exp * 1000) }
  }

  const expiry = async (): Promise<Expiry> => {
    // Asked first, because an error counts against the caller.
    const may = (await permissions()).includes(readKeys)
    const found = (may ? await listed() : undefined) ?? (await claimed())
    return found ?? { kind: 'untold', why: may ? 'unknown' : 'forbidden' }
  }

  return {
    caller,
    permissions,
    expiry,
    expires: async () => {
      try {
        const told = await expiry()
        return told.kind === 'at' ? told.at : undefined
      } catch (error) {
        if (isConnectorError(error, ...silent)) return undefined
        throw error
      }
    },
  }
}
