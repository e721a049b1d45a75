import type { PlatformTraits } from '../core/snapshot.ts'
import { didYouMean, type Finding } from './findings.ts'
import type { PlatformForms } from './platform-forms.ts'
import { entries, field, isMap, items, present, text, texts, type View } from './view.ts'

/** What a managed role holds: permissions by name or by resource, and switches. */
export type Stage = {
  readonly traits: PlatformTraits | undefined
  readonly forms: PlatformForms | undefined
  /** The community's fallback role may be empty. */
  readonly fallback: boolean
}

const unsupported = ({ path }: View, name: string, forms: PlatformForms | undefined): Finding => ({
  path,
  what: `the API has no field for ${forms?.portalNames?.[name] ?? name}`,
  why: 'only the portal can set it',
  remedy: 'set it in the portal, and know that an update through the API might drop it',
})

/** As the portal shows it, or as the field would be called. */
const portalOnly = (name: string, { traits, forms }: Stage): string | undefined => {
  const bare = (one: string): string =>
    one
      .toLowerCase()
      .replace(/^can/, '')
      .replaceAll(/[\s_-]/g, '')
  return traits?.unsupportedCapabilities?.find((one) =>
    [one, forms?.portalNames?.[one] ?? one].some((known) => bare(known) === bare(name)),
  )
}

const capabilityFindings = (role: View, stage: Stage): readonly Finding[] => {
  const view = field(role, 'capabilities')
  const known = stage.traits?.capabilities ?? []
  if (!present(view) || stage.traits === undefined) return []
  if (known.length === 0)
    return [
      {
        path: view.path,
        what: 'has no meaning here',
        why: 'roles of this platform have no switches',
        remedy: 'remove it',
      },
    ]
  return items(view).flatMap((item): readonly Finding[] => {
    const name = text(item)?.trim()
    if (name === undefined || known.includes(name)) return []
    const portal = portalOnly(name, stage)
    if (portal !== undefined) return [unsupported(item, portal, stage.forms)]
    const meant = didYouMean(name, known)
    return [
      {
        path: item.path,
        what: `there is no capability "${name.slice(0, 64)}"`,
        why: `there are ${known.join(', ')}`,
        remedy: meant === undefined ? 'remove it' : `did you mean "${meant}"?`,
      },
    ]
  })
}

/** A switch is never part of a list of permissions by accident: it is written where it is seen. */
const listedCapabilities = (role: View, stage: Stage): readonly Finding[] =>
  items(field(role, 'permissions')).flatMap((item): readonly Finding[] => {
    const name = text(item)?.trim() ?? ''
    const portal = portalOnly(name, stage)
    if (portal !== undefined) return [unsupported(item, portal, stage.forms)]
    if (!(stage.traits?.capabilities ?? []).includes(name)) return []
    return [
      {
        path: item.path,
        what: `"${name}" is a capability`,
        why: 'capabilities are written apart, so that they are seen',
        remedy: `write capabilities: [${name}]`,
      },
    ]
  })

const wordFindings = (view: View, words: readonly string[]): readonly Finding[] => {
  const given = Array.isArray(view.value) ? items(view) : [view]
  return given.flatMap((item): readonly Finding[] => {
    const word = text(item)?.trim()
    if (word === undefined || words.includes(word)) return []
    const meant = didYouMean(word, words)
    return [
      {
        path: item.path,
        what: `there is no word "${word.slice(0, 64)}" for permissions`,
        why: `there are ${words.join(', ')}`,
        remedy: meant === undefined ? 'write one of them' : `did you mean "${meant}"?`,
      },
    ]
  })
}

const mapFindings = (view: View, forms: PlatformForms | undefined): readonly Finding[] => {
  if (!isMap(view) || forms === undefined) return []
  const { permissionWords } = forms
  if (permissionWords !== undefined)
    return entries(view).flatMap(([, one]) => wordFindings(one, permissionWords))
  return [
    {
      path: view.path,
      what: 'must be a list',
      why: 'this platform’s permissions have one name each',
      remedy: 'write the names as a list',
    },
  ]
}

const emptyFindings = (view: View, fallback: boolean): readonly Finding[] => {
  const { value } = view
  if (fallback || typeof value !== 'object' || value === null || Object.keys(value).length > 0) return []
  return [
    {
      path: view.path,
      what: 'is empty',
      why: 'only a community’s fallbackRole gives nothing',
      remedy: 'name at least one permission',
    },
  ]
}

const repeated = (role: View, name: string): readonly Finding[] => {
  const seen = new Set<string>()
  return items(field(role, name)).flatMap((item): readonly Finding[] => {
    const value = text(item)?.trim()
    if (value === undefined) return []
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    return [
      { path: item.path, what: 'is listed twice', why: 'once is enough', remedy: 'remove one of the two' },
    ]
  })
}

export const repeatedFindings = (role: View): readonly Finding[] =>
  ['permissions', 'capabilities', 'intakes', 'previously'].flatMap((name) => repeated(role, name))

export const contentsFindings = (role: View, stage: Stage): readonly Finding[] => {
  const permissions = field(role, 'permissions')
  return [
    ...emptyFindings(permissions, stage.fallback),
    ...mapFindings(permissions, stage.forms),
    ...listedCapabilities(role, stage),
    ...capabilityFindings(role, stage),
  ]
}

/** A role that can masquerade counts as administrator, here and in every community below. */
export const contentsWarnings = (role: View, traits: PlatformTraits | undefined): readonly Finding[] => {
  const view = field(role, 'capabilities')
  const strong = texts(view).filter((name) => traits?.adminPermissions?.includes(name))
  if (strong.length === 0) return []
  const what = `${strong.join(', ')} makes administrators`
  const why = 'whoever holds the role counts as one, here and in every community below'
  return [{ path: view.path, what, why, remedy: 'leave it only where that is meant', severity: 'warning' }]
}
