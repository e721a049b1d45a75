import { Document, isAlias, isMap, isSeq, parseDocument, stringify, visit, type YAMLSeq } from 'yaml'
import type { Configuration } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { Account, Snapshot } from '../core/snapshot.ts'
import { contentsLines, type DraftInput, type DraftRole, draftRoles, oneLine, slug } from './draft-roles.ts'
import { emailForm } from './forms.ts'

export type Draft = {
  readonly text: string
  readonly roles: number
  readonly rules: number
  readonly administrators: number
  readonly services: number
}

/** Comments stand where they are; what cannot carry any, or stands for something elsewhere, is written out. */
const editable = (text: string): Document => {
  const document = parseDocument(text)
  let plain = true
  visit(document, (_key, node) => {
    if (isAlias(node) || (isMap(node) && node.flow === true && node === document.contents)) plain = false
  })
  return plain ? document : new Document(document.toJS())
}

const listAt = (document: Document, path: readonly (string | number)[]): YAMLSeq => {
  const found = document.getIn(path)
  if (isSeq(found)) return found
  const made = document.createNode([]) as YAMLSeq
  document.setIn(path, made)
  return made
}

const people = (holders: readonly Account[]): string =>
  `${holders.length === 1 ? '1 person' : `${holders.length} people`}`

const notes = ({ role, holders }: DraftRole, input: DraftInput): string => {
  const contents = contentsLines(role, input)
  const power = role.admin ? '; its holders count as administrators' : ''
  const head = `Held by ${people(holders)}${power}.`
  if (contents.length === 0) return ` ${head}`
  const how = `${head} Given and taken as it is. Under a name of its own Rolecall would make and keep it:`
  return [` ${how}`, ...contents.map((line) => `   ${line}`)].join('\n')
}

const addRoles = (
  document: Document,
  index: number,
  roles: readonly DraftRole[],
  input: DraftInput,
): void => {
  const list = listAt(document, ['communities', index, 'roles'])
  if (roles.length > 0) list.flow = false
  for (const one of roles) {
    const node = document.createNode(one.file)
    node.commentBefore = notes(one, input)
    list.add(node)
  }
}

const shownHolders = 20
const addressesOf = (holders: readonly Account[]): string => {
  const shown = holders.slice(0, shownHolders).map(({ email, id }) => oneLine(email ?? id))
  return [...shown, ...(holders.length > shownHolders ? ['…'] : [])].join(', ')
}

const ruleLines = ({ role, file, holders }: DraftRole, community: string, id: string): readonly string[] => [
  `  # ${people(holders)}${role.admin ? ', administrators' : ''}: ${addressesOf(holders)}`,
  ...stringify(
    [
      {
        id,
        when: { group: { equals: oneLine(role.name) } },
        grant: [{ community, role: file.id }],
      },
    ],
    { lineWidth: 0 },
  )
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`),
]

const accountLine = ({ email, id }: Account): string => `  ${oneLine(email ?? id)}`

type People = { readonly administrators: readonly Account[]; readonly services: readonly Account[] }
const peopleOf = ({ accounts, roles }: Snapshot): People => {
  const power = new Set(roles.filter(({ admin }) => admin).map(({ id }) => id))
  return {
    administrators: accounts.filter((one) => !one.service && one.roles.some((role) => power.has(role))),
    services: accounts.filter(({ service }) => service),
  }
}

/** Whoever administrates today is out of reach until somebody decides otherwise. */
const protect = (document: Document, index: number, administrators: readonly Account[]): void => {
  const emails = administrators.flatMap(({ email }) =>
    email !== undefined && emailForm.test(email) ? [email] : [],
  )
  if (emails.length === 0) return
  const list = listAt(document, ['communities', index, 'safety', 'protected'])
  const there = new Set(list.toJSON().map((one: unknown) => String(one).trim().toLowerCase()))
  for (const email of [...new Set(emails)]) if (!there.has(email.toLowerCase())) list.add(email)
}

const leftLines = ({ left }: ReturnType<typeof draftRoles>): readonly string[] =>
  [...new Set(left.map(({ why }) => why))].flatMap((why) => [
    `Left out, because ${why}:`,
    ...left.filter((one) => one.why === why).map(({ role }) => `  ${oneLine(role.name)}`),
  ])

const closing = (
  roles: ReturnType<typeof draftRoles>,
  { administrators, services }: People,
  input: DraftInput,
  ruleIds: Set<string>,
): readonly string[] => {
  const { id } = input.community
  const held = roles.fresh.filter(({ holders }) => holders.length > 0)
  const rules = held.flatMap((one) => ruleLines(one, id, slug(`${id}-${one.file.id}`, ruleIds)))
  return [
    ...(rules.length === 0
      ? []
      : [`Who holds what in ${id} today, as rules: put the right groups in and uncomment them.`, ...rules]),
    ...(administrators.length === 0
      ? []
      : ['Administrators, protected above:', ...administrators.map(accountLine)]),
    ...(services.length === 0
      ? []
      : ['Service accounts and keys, which are never touched:', ...services.map(accountLine)]),
    ...leftLines(roles),
  ]
}

/**
 * The configuration as it stands, and what the platform holds beyond it: roles by name, their contents as comments, who holds them as rules to be
 * uncommented, administrators as protected. As printed it changes nothing for anybody.
 */
export const draftOf = (
  text: string,
  configuration: Configuration,
  id: CommunityId,
  live: Omit<DraftInput, 'community'>,
): Draft => {
  const index = configuration.communities.findIndex((one) => one.id === id)
  const community = configuration.communities[index]
  if (community === undefined)
    throw new ConnectorError('notFound', `the configuration has no community ${id}`)
  const input: DraftInput = { community, ...live }
  const [document, roles, found] = [editable(text), draftRoles(input), peopleOf(live.snapshot)]
  addRoles(document, index, roles.fresh, input)
  protect(document, index, found.administrators)
  const lines = closing(roles, found, input, new Set(configuration.rules.map((rule) => rule.id)))
  const before = document.comment
  if (lines.length > 0)
    document.comment = [...(before ? [before, ''] : []), ...lines.map((line) => ` ${line}`)].join('\n')
  return {
    text: document.toString({ lineWidth: 120, flowCollectionPadding: false }),
    roles: roles.fresh.length,
    rules: roles.fresh.filter(({ holders }) => holders.length > 0).length,
    administrators: found.administrators.length,
    services: found.services.length,
  }
}
