import { fold } from '../core/ids.ts'
import { addressFindings, finding } from './checks-addresses.ts'
import type { CheckOptions } from './checks-communities.ts'
import { hookFindings } from './checks-hooks.ts'
import type { Finding } from './findings.ts'
import { entries, field, items, present, text, texts, type View } from './view.ts'

/** Between the fields of `groups` and `saml`, and the pages a login ends at. */
const metadataFindings = (saml: View, options: CheckOptions): readonly Finding[] => {
  const view = field(saml, 'metadata')
  return text(view) === 'stored'
    ? []
    : addressFindings(view, options, 'what is read there decides whose logins are believed', 'address')
}

const forOneMachine = (view: View, remedy: string, options: CheckOptions): readonly Finding[] => {
  const kind = /^(env|file):/.exec(text(view) ?? '')?.[1]
  if (kind === undefined || options.local) return []
  return [
    finding(
      view,
      `${kind}: is for one machine only`,
      'a function on AWS has no files or variables of yours',
      remedy,
    ),
  ]
}

/** Whoever answers logins may read these secrets, and no platform's key. */
const readable = /^(secretsmanager:[^/]+\/saml\/.+|ssm:\/[^/]+\/saml\/.+)$/

const keysFindings = (saml: View, options: CheckOptions): readonly Finding[] => {
  const view = field(saml, 'keys')
  const value = text(view)
  if (value === undefined || options.local) return []
  const remedy = 'write secretsmanager:INSTANCE/saml/NAME'
  const misplaced = /^(secretsmanager|ssm):/.test(value) && !readable.test(value)
  return [
    ...forOneMachine(view, remedy, options),
    ...(misplaced
      ? [
          finding(
            view,
            'is not below saml/',
            'the function that answers logins may read its own keys and no other secret',
            remedy,
          ),
        ]
      : []),
  ]
}

/** What the directory says under these names is asked first: what a login shows would count only where it says nothing. */
const coreNames = ['id', 'userName', 'externalId', 'active', 'emails', 'groups', 'roles']

const attributeFindings = (saml: View): readonly Finding[] => {
  const seen = new Map<string, string>()
  return entries(field(saml, 'attributes')).flatMap(([name, view]): readonly Finding[] => {
    const other = seen.get(fold(name))
    seen.set(fold(name), name)
    if (other !== undefined)
      return [
        finding(
          view,
          `is "${other}" again`,
          'rules compare names without regard to case',
          'keep one of the two',
        ),
      ]
    const taken = coreNames.find((one) => fold(one) === fold(name))
    if (taken === undefined) return []
    return [
      finding(
        view,
        `"${name}" is a name of the directory’s own`,
        `a rule that asks for ${taken} means what SCIM says`,
        'give it another name, and use that in rules',
      ),
    ]
  })
}

const samlFindings = (connection: View, options: CheckOptions): readonly Finding[] => {
  const saml = field(connection, 'saml')
  if (!present(saml)) return []
  const createMembers = field(saml, 'createMembers')
  const nowhere = createMembers.value === true && texts(field(connection, 'domains')).length === 0
  return [
    ...metadataFindings(saml, options),
    ...keysFindings(saml, options),
    ...attributeFindings(saml),
    ...items(field(saml, 'returnTo')).flatMap((view) =>
      addressFindings(view, options, 'people are sent there after their login', 'origin'),
    ),
    ...(nowhere
      ? [
          finding(
            createMembers,
            'is true, and the connection has no domain',
            'a login creates members in the connection’s domains only',
            'add the domains, or leave it out',
          ),
        ]
      : []),
  ]
}

const groupFindings = (connection: View): readonly Finding[] => {
  const groups = field(connection, 'groups')
  if (!present(groups)) return []
  const source = items(field(groups, 'from')).find((view) => text(view) === 'saml')
  const shown = present(field(connection, 'saml')) || present(field(connection, 'hooks', 'okta'))
  if (source !== undefined && !shown)
    return [
      finding(
        source,
        'names logins, and the connection has none',
        'groups are shown by saml or by hooks.okta',
        'add one of them, or leave saml out here',
      ),
    ]
  const unused = (['samlAttribute'] as const).map((name) => field(groups, name)).find(present)
  if (source !== undefined || unused === undefined) return []
  return [
    finding(
      unused,
      'is never read',
      'groups.from does not name saml',
      'write from: [scim, saml] or [saml], or leave it out',
    ),
  ]
}

export const loginFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const all = items(field(root, 'communities'))
  const communities = new Map(
    all.flatMap((one): [string, View][] => {
      const id = text(field(one, 'id'))
      return id === undefined ? [] : [[id, one]]
    }),
  )
  return [
    ...items(field(root, 'connections')).flatMap((connection) => [
      ...samlFindings(connection, options),
      ...groupFindings(connection),
      ...hookFindings(connection, communities, options),
    ]),
    ...all.flatMap((community) =>
      addressFindings(
        field(community, 'loginUrl'),
        options,
        'people are sent there after their login',
        'address',
      ),
    ),
  ]
}

const warning = (view: View, what: string, why: string, remedy: string): Finding => ({
  ...finding(view, what, why, remedy),
  severity: 'warning',
})

/** Allowed, and perhaps not meant. */
export const loginWarnings = (root: View): readonly Finding[] =>
  items(field(root, 'connections')).flatMap((connection): readonly Finding[] => {
    const saml = field(connection, 'saml')
    if (!present(saml)) return []
    const [pinned, idpInitiated] = [field(saml, 'pinned'), field(saml, 'idpInitiated')]
    const stored = text(field(saml, 'metadata')) === 'stored'
    const shows =
      texts(field(connection, 'groups', 'from')).includes('saml') ||
      entries(field(saml, 'attributes')).length > 0
    return [
      ...(pinned.value === true && stored
        ? [
            warning(
              pinned,
              'changes nothing',
              'stored metadata change by rolecall saml trust only',
              'leave it out',
            ),
          ]
        : []),
      ...(idpInitiated.value === true
        ? [
            warning(
              idpInitiated,
              'logins nobody asked for are accepted',
              'somebody can be logged in as another without noticing',
              'leave it out unless the identity provider can do nothing else',
            ),
          ]
        : []),
      ...(shows
        ? []
        : [
            warning(
              saml,
              'logins show rules nothing',
              'groups.from does not name saml, and there are no attributes',
              'add groups: { from: [scim, saml] } or attributes, unless logins shall only bring people up',
            ),
          ]),
    ]
  })
