import {
  Document,
  isAlias,
  isMap,
  isSeq,
  type ParsedNode,
  parseDocument,
  stringify,
  visit,
  type YAMLSeq,
} from 'yaml'
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

/** `{ a: b }` and `[c]` keep the spaces they have: the draft is compared with the file it came from. */
const keepSpacing = (document: Document, text: string): void => {
  visit(document, {
    Collection: (_key, node) => {
      const { flow, range } = node
      if (flow !== true || !range) return
      const flowCollectionPadding = /\s/.test(text[range[0] + 1] ?? '') ? ' ' : ''
      const written = node.toString.bind(node)
      node.toString = (context, ...rest) =>
        written(context === undefined ? context : { ...context, flowCollectionPadding }, ...rest)
    },
  })
}

/** Whatever an alias stands for, so that one place can be added to without the other. */
const writeOutAliases = (document: Document): void => {
  visit(document, {
    Alias: (_key, alias) => {
      const copy = alias.resolve(document)?.clone() as ParsedNode | undefined
      if (copy === undefined || isAlias(copy)) return visit.REMOVE
      delete copy.anchor
      return copy
    },
  })
}

/** Comments stand where they are. What cannot carry any is written out. */
const editable = (text: string): Document => {
  const document = parseDocument(text)
  const { contents } = document
  if (isMap(contents) && contents.flow === true) return new Document(document.toJS())
  writeOutAliases(document)
  keepSpacing(document, text)
  return document
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

/** A heading and its lines. */
type Paragraph = readonly [string, ...string[]]
const under = (heading: string, lines: readonly string[]): readonly Paragraph[] =>
  lines.length === 0 ? [] : [[heading, ...lines]]

const leftOut = ({ left }: ReturnType<typeof draftRoles>, id: CommunityId): readonly Paragraph[] =>
  [...new Set(left.map(({ why }) => why))].flatMap((why) =>
    under(
      `Roles of ${id} left out, because ${why}:`,
      left.filter((one) => one.why === why).map(({ role }) => `  ${oneLine(role.name)}`),
    ),
  )

const suggested = (
  { fresh }: ReturnType<typeof draftRoles>,
  id: CommunityId,
  ruleIds: Set<string>,
): readonly Paragraph[] =>
  under(
    `Who holds what in ${id} today, as rules: put the right groups in and uncomment them.`,
    fresh
      .filter(({ holders }) => holders.length > 0)
      .flatMap((one) => ruleLines(one, id, slug(`${id}-${one.file.id}`, ruleIds))),
  )

const standing = (
  roles: ReturnType<typeof draftRoles>,
  { administrators, services }: People,
  id: CommunityId,
): readonly Paragraph[] => [
  ...under(`Administrators of ${id}, protected above:`, administrators.map(accountLine)),
  ...under(`Service accounts and keys of ${id}, which are never touched:`, services.map(accountLine)),
  ...leftOut(roles, id),
]

/** What an earlier draft said of the same is said anew; everything else stays, suggested rules among it. */
const closing = (
  before: string,
  rules: readonly Paragraph[],
  facts: readonly Paragraph[],
): string | undefined => {
  const headings = new Set(facts.map(([heading]) => heading))
  const kept = before
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '' && !headings.has(paragraph.split('\n')[0]?.trim() ?? ''))
  const added = [...rules, ...facts].map((lines) => lines.map((line) => ` ${line}`).join('\n'))
  const paragraphs = [...kept, ...added]
  return paragraphs.length === 0 ? undefined : paragraphs.join('\n\n')
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
  const ruleIds = new Set<string>(configuration.rules.map((rule) => rule.id))
  const comment = closing(document.comment ?? '', suggested(roles, id, ruleIds), standing(roles, found, id))
  if (comment !== undefined) document.comment = comment
  return {
    text: document.toString({ lineWidth: 120, flowCollectionPadding: false }),
    roles: roles.fresh.length,
    rules: roles.fresh.filter(({ holders }) => holders.length > 0).length,
    administrators: found.administrators.length,
    services: found.services.length,
  }
}
