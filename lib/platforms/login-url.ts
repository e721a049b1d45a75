import type { Community } from '../core/configuration.ts'
import { unreachable } from '../core/errors.ts'

const originOf = (baseUrl: string): string | undefined =>
  URL.canParse(baseUrl) ? new URL(baseUrl).origin : undefined

/** Regions differ in what stands before the domain: `api` for machines, `app` for people. A platform of one's own has one host for both. */
const sekoiaLogin = (baseUrl: string): string | undefined =>
  originOf(baseUrl)?.replace(/^https:\/\/api\.((?:[a-z0-9-]+\.)?sekoia\.io)$/, 'https://app.$1')

/** Where the people of a community log in at its platform: as configured, else where everybody does. Undefined: nowhere that is known. */
export const loginUrlOf = ({
  platform,
  tenant,
  baseUrl,
  loginUrl,
}: Pick<Community, 'platform' | 'tenant' | 'baseUrl' | 'loginUrl'>): string | undefined => {
  if (loginUrl !== undefined) return loginUrl
  switch (platform) {
    case 'sekoia':
      return sekoiaLogin(baseUrl)
    case 'netography':
      return `https://fusion.netography.com/sso/${encodeURIComponent(tenant)}`
    case 'immybot':
      return originOf(baseUrl)
    default:
      return unreachable(platform)
  }
}
