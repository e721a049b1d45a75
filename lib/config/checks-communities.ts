import { type PlatformName, platformNames } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import type { Finding } from './findings.ts'
import { durationForm, seconds } from './forms.ts'
import { field, items, present, text, type View } from './view.ts'

export type CheckOptions = {
  /** One machine: platforms on its loopback, secrets from its variables and files. */
  readonly local: boolean
  readonly traits: (platform: PlatformName) => PlatformTraits | undefined
}

const platformOf = (community: View): PlatformName | undefined => {
  const wanted = text(field(community, 'platform'))
  return platformNames.find((name) => name === wanted)
}

export const traitsOf = (community: View, options: CheckOptions): PlatformTraits | undefined => {
  const platform = platformOf(community)
  return platform === undefined ? undefined : options.traits(platform)
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const tenants: Readonly<
  Record<PlatformName, { readonly form: RegExp; readonly rule: string; readonly remedy: string }>
> = {
  sekoia: {
    form: uuid,
    rule: 'a Sekoia.io community is named by its uuid',
    remedy: 'copy the uuid from the community’s address in the browser',
  },
}

const tenantFindings = (community: View): readonly Finding[] => {
  const view = field(community, 'tenant')
  const [platform, tenant] = [platformOf(community), text(view)]
  if (platform === undefined || tenant === undefined || tenants[platform].form.test(tenant)) return []
  return [
    {
      path: view.path,
      what: 'is not an id of this platform',
      why: tenants[platform].rule,
      remedy: tenants[platform].remedy,
    },
  ]
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

const urlProblem = (value: string, local: boolean): readonly [string, string] | undefined => {
  if (!URL.canParse(value)) return ['is not a URL', 'write https://host or https://host/path']
  const url = new URL(value)
  const here = loopback.test(url.hostname)
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

const leavingFindings = (
  community: View,
  name: string,
  traits: PlatformTraits | undefined,
): readonly Finding[] => {
  const view = field(community, name)
  if (!present(view)) {
    if (name !== 'onDeparture' || traits === undefined || traits.canSuspend) return []
    return [
      {
        path: view.path,
        what: 'is missing',
        why: 'this platform cannot suspend accounts, so there is no harmless default',
        remedy: 'add onDeparture: { then: remove }',
      },
    ]
  }
  const then = text(field(view, 'then'))
  if (then === 'suspend' && traits?.canSuspend === false)
    return [
      {
        path: field(view, 'then').path,
        what: 'cannot be suspend',
        why: 'this platform cannot suspend accounts',
        remedy: 'write then: remove',
      },
    ]
  if (then === 'remove' && present(field(view, 'removeAfter')))
    return [
      {
        path: field(view, 'removeAfter').path,
        what: 'contradicts then: remove',
        why: 'it counts from the suspension, and nothing is suspended',
        remedy: 'remove it or write then: suspend',
      },
    ]
  return []
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

const sameTenant = (communities: readonly View[]): readonly Finding[] => {
  const seen = new Map<string, string>()
  return communities.flatMap((community): readonly Finding[] => {
    const [platform, url, tenant] = ['platform', 'baseUrl', 'tenant'].map((name) =>
      text(field(community, name)),
    )
    if (platform === undefined || url === undefined || tenant === undefined) return []
    const key = JSON.stringify([platform, url.replace(/\/+$/, ''), fold(tenant)])
    const other = seen.get(key)
    seen.set(key, text(field(community, 'id')) ?? '')
    if (other === undefined) return []
    return [
      {
        path: field(community, 'tenant').path,
        what: `is the community "${other}" again`,
        why: 'two sets of rules would undo each other',
        remedy: 'join the two',
      },
    ]
  })
}

export const communityFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const communities = items(field(root, 'communities'))
  return [
    ...sameTenant(communities),
    ...communities.flatMap((community) => {
      const traits = traitsOf(community, options)
      return [
        ...tenantFindings(community),
        ...urlFindings(community, options),
        ...secretFindings(community, options),
        ...leavingFindings(community, 'onDeparture', traits),
        ...leavingFindings(community, 'onUnassigned', traits),
        ...windowFindings(community),
      ]
    }),
  ]
}
