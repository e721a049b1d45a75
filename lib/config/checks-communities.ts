import { type PlatformName, platformNames } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import { isLoopback } from '../core/public-url.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import type { Finding } from './findings.ts'
import { addressOf, durationForm, seconds } from './forms.ts'
import { platformForms } from './platform-forms.ts'
import { field, items, text, type View } from './view.ts'

export type CheckOptions = {
  /** One machine: platforms on its loopback, secrets from its variables and files. */
  readonly local: boolean
  readonly traits: (platform: PlatformName) => PlatformTraits | undefined
}

export const platformOf = (community: View): PlatformName | undefined => {
  const wanted = text(field(community, 'platform'))
  return platformNames.find((name) => name === wanted)
}

export const traitsOf = (community: View, options: CheckOptions): PlatformTraits | undefined => {
  const platform = platformOf(community)
  return platform === undefined ? undefined : options.traits(platform)
}

const tenantFindings = (community: View): readonly Finding[] => {
  const view = field(community, 'tenant')
  const [platform, tenant] = [platformOf(community), text(view)]
  if (platform === undefined || tenant === undefined || platformForms[platform].tenant.form.test(tenant))
    return []
  return [
    {
      path: view.path,
      what: 'is not an id of this platform',
      why: platformForms[platform].tenant.rule,
      remedy: platformForms[platform].tenant.remedy,
    },
  ]
}

/** What and remedy of an address that is called. */
export const urlProblem = (value: string, local: boolean): readonly [string, string] | undefined => {
  if (!URL.canParse(value)) return ['is not a URL', 'write https://host or https://host/path']
  const url = new URL(value)
  const here = isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !(local && here && url.protocol === 'http:'))
    return ['must begin with https://', 'write https:// (http is for simulators on the same machine only)']
  if (here && !local) return ['leads to this machine', 'name the platform’s public address']
  if (url.username !== '' || url.password !== '') return ['holds credentials', 'name them in `credentials`']
  if (url.search !== '' || url.hash !== '') return ['holds a query or a fragment', 'remove it']
  return undefined
}

const urlFindings = (community: View, options: CheckOptions): readonly Finding[] => {
  const view = field(community, 'baseUrl')
  const value = text(view)
  const problem = value === undefined ? undefined : urlProblem(value, options.local)
  if (problem === undefined) return []
  const [what, remedy] = problem
  return [{ path: view.path, what, why: 'API keys are sent to this address', remedy }]
}

const secretFindings = (community: View, options: CheckOptions): readonly Finding[] => {
  const view = field(community, 'credentials')
  const kind = /^(env|file):/.exec(text(view) ?? '')?.[1]
  if (kind === undefined || options.local) return []
  return [
    {
      path: view.path,
      what: `${kind}: is for one machine only`,
      why: 'a function on AWS has no files or variables of yours',
      remedy: 'put the key into Secrets Manager and write secretsmanager:NAME',
    },
  ]
}

const shortest = 3600
const longest = 90 * 86_400

const windowFindings = (community: View): readonly Finding[] => {
  const view = field(community, 'safety', 'window')
  const value = text(view)
  if (value === undefined || !durationForm.test(value)) return []
  if (seconds(value) >= shortest && seconds(value) <= longest) return []
  return [
    {
      path: view.path,
      what: 'is out of range',
      why: 'removals are counted by the hour and kept for 90 days',
      remedy: 'write 1h to 90d',
    },
  ]
}

type Place = { readonly id: string; readonly platform: string; readonly url: string; readonly tenant: string }
const placeOf = (community: View): Place | undefined => {
  const [id = '', platform, url, tenant] = ['id', 'platform', 'baseUrl', 'tenant'].map((name) =>
    text(field(community, name)),
  )
  if (platform === undefined || url === undefined || tenant === undefined) return undefined
  return { id, platform, url: addressOf(url), tenant: fold(tenant) }
}

/** An ImmyBot instance holds all its tenants. */
const overlaps = (a: Place, b: Place): boolean => {
  if (a.platform !== b.platform || a.url !== b.url) return false
  if (a.tenant === b.tenant) return true
  return a.platform === 'immybot' && [a.tenant, b.tenant].includes('instance')
}

const sameTenant = (communities: readonly View[]): readonly Finding[] => {
  const seen: Place[] = []
  return communities.flatMap((community): readonly Finding[] => {
    const place = placeOf(community)
    if (place === undefined) return []
    const other = seen.find((one) => overlaps(one, place))
    seen.push(place)
    if (other === undefined) return []
    const again = other.tenant === place.tenant
    return [
      {
        path: field(community, 'tenant').path,
        what: again ? `is the community "${other.id}" again` : `overlaps with the community "${other.id}"`,
        why: 'two sets of rules would undo each other',
        remedy: again ? 'join the two' : 'keep the instance with scopes for its tenants, or its tenants',
      },
    ]
  })
}

export const communityFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const communities = items(field(root, 'communities'))
  return [
    ...sameTenant(communities),
    ...communities.flatMap((community) => [
      ...tenantFindings(community),
      ...urlFindings(community, options),
      ...secretFindings(community, options),
      ...windowFindings(community),
    ]),
  ]
}
