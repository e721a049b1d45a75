import type { PlatformTraits } from '../core/snapshot.ts'
import { type CheckOptions, traitsOf } from './checks-communities.ts'
import type { Finding } from './findings.ts'
import { leavingWords } from './schema.ts'
import { field, items, present, text, type View } from './view.ts'

type Word = (typeof leavingWords)[number]

/** What happens to those who leave, in the words of their platform. */
const suspensionWords: Readonly<Record<PlatformTraits['suspension'], Word | undefined>> = {
  status: 'suspend',
  stripRoles: 'stripRoles',
  fallbackRole: 'fallbackRole',
  none: undefined,
}
const keeps = (word: string | undefined): boolean =>
  word !== undefined && word !== 'remove' && word !== 'delete'

const missing = (view: View, suspension: PlatformTraits['suspension']): readonly Finding[] => {
  if (suspension !== 'fallbackRole' && suspension !== 'none') return []
  const remedy =
    suspension === 'none'
      ? 'add onDeparture: { then: delete }'
      : 'add onDeparture: { then: fallbackRole } and a fallbackRole, or onDeparture: { then: delete }'
  const why = 'this platform cannot disable accounts, so there is no harmless default'
  return [{ path: view.path, what: 'is missing', why, remedy }]
}

const wordFindings = (then: View, traits: PlatformTraits): readonly Finding[] => {
  const [word, own] = [text(then), suspensionWords[traits.suspension]]
  const known: readonly string[] = leavingWords
  if (word === undefined || !known.includes(word) || !keeps(word) || word === own) return []
  const words = [...(own === undefined ? [] : [own]), 'delete']
  return [
    {
      path: then.path,
      what: `cannot be ${word}`,
      why: `this platform knows ${words.join(' and ')}`,
      remedy: `write then: ${words.join(' or then: ')}`,
    },
  ]
}

const leavingFindings = (
  community: View,
  name: 'onDeparture' | 'onUnassigned',
  traits: PlatformTraits | undefined,
): readonly Finding[] => {
  const view = field(community, name)
  if (!present(view))
    return name === 'onDeparture' && traits !== undefined ? missing(view, traits.suspension) : []
  const [then, after] = [field(view, 'then'), field(view, 'removeAfter')]
  if (present(then) && text(then) !== undefined && !keeps(text(then)) && present(after))
    return [
      {
        path: after.path,
        what: `contradicts then: ${text(then)}`,
        why: 'it counts from the day the access was taken, and here the account is deleted at once',
        remedy: 'remove it or choose another word for then',
      },
    ]
  return traits === undefined ? [] : wordFindings(then, traits)
}

const grantedRoles = (root: View): ReadonlySet<string> =>
  new Set(
    items(field(root, 'rules')).flatMap((rule) =>
      items(field(rule, 'grant')).map((grant) =>
        JSON.stringify([text(field(grant, 'community')), text(field(grant, 'role'))]),
      ),
    ),
  )

const givesSomething = (role: View): readonly string[] | undefined => {
  if (present(field(role, 'builtin'))) return ['a built-in role']
  const given = ['permissions', 'capabilities'].filter((name) => {
    const { value } = field(role, name)
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0
  })
  return given.length === 0 ? undefined : given
}

const unfit = (community: View, fallback: View, role: View): readonly Finding[] => {
  const gives = givesSomething(role)
  if (gives === undefined || field(community, 'departedKeepReadAccess').value === true) return []
  return [
    {
      path: fallback.path,
      what: `names a role that gives something: ${gives.join(' and ')}`,
      why: 'whoever left would keep access by it',
      remedy: 'name a custom role with permissions: [], or write departedKeepReadAccess: true',
    },
  ]
}

const namedFindings = (community: View, fallback: View, granted: ReadonlySet<string>): readonly Finding[] => {
  const id = text(fallback)
  const role = items(field(community, 'roles')).find((one) => text(field(one, 'id')) === id)
  if (id === undefined || role === undefined) return []
  const toEverybody: readonly Finding[] = granted.has(JSON.stringify([text(field(community, 'id')), id]))
    ? [
        {
          path: fallback.path,
          what: `"${id}" is granted by a rule, too`,
          why: 'whoever holds the fallback role counts as suspended',
          remedy: 'declare a role of its own for it',
        },
      ]
    : []
  return [...toEverybody, ...unfit(community, fallback, role)]
}

const strange = (view: View, why: string): readonly Finding[] =>
  present(view) ? [{ path: view.path, what: 'has no meaning here', why, remedy: 'remove it' }] : []

const fallbackFindings = (
  community: View,
  traits: PlatformTraits | undefined,
  granted: ReadonlySet<string>,
): readonly Finding[] => {
  const [fallback, keep] = [field(community, 'fallbackRole'), field(community, 'departedKeepReadAccess')]
  if (traits !== undefined && traits.suspension !== 'fallbackRole') {
    const why = 'this platform takes access without a fallback role'
    return [...strange(fallback, why), ...strange(keep, why)]
  }
  if (present(fallback)) return namedFindings(community, fallback, granted)
  const needed = ['onDeparture', 'onUnassigned'].some(
    (name) => text(field(community, name, 'then')) === 'fallbackRole',
  )
  const absent: Finding = {
    path: fallback.path,
    what: 'is missing',
    why: 'then: fallbackRole gives whoever leaves that role and takes every other',
    remedy: 'declare a custom role with permissions: [] and name it here',
  }
  return needed ? [absent] : strange(keep, 'it is about the fallback role, and there is none')
}

export const leaversFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const granted = grantedRoles(root)
  return items(field(root, 'communities')).flatMap((community) => {
    const traits = traitsOf(community, options)
    return [
      ...leavingFindings(community, 'onDeparture', traits),
      ...leavingFindings(community, 'onUnassigned', traits),
      ...fallbackFindings(community, traits, granted),
    ]
  })
}

export const leaversWarnings = (root: View): readonly Finding[] =>
  items(field(root, 'communities')).flatMap((community): readonly Finding[] => {
    const view = field(community, 'departedKeepReadAccess')
    if (view.value !== true) return []
    const why = 'they hold the fallback role until they are removed, and it may give something'
    const remedy = 'leave it only where that is meant'
    return [{ path: view.path, what: 'lets people who left go on reading', why, remedy, severity: 'warning' }]
  })
