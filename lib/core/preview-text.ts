import { unreachable } from './errors.ts'
import { becauseText, evidenceText, sourceText, suppressedText } from './explanation-text.ts'
import type { CommunityPreview, LoginPreview, PreviewPerson, StoredPreview } from './preview-login.ts'
import type { MissingGroups, RulePreview } from './preview-rules.ts'
import type { AttributePreview, AttributeUse, GroupPreview, StatementPreview } from './preview-statement.ts'

const ways = {
  identity: 'linked at an earlier login',
  externalId: 'by externalId, and would be linked',
  email: 'by e-mail in a domain of the connection, and would be linked',
  named: 'as named; linking was not asked',
} as const

const personText = (person: PreviewPerson): string => {
  switch (person.kind) {
    case 'member':
      return `Member ${person.member}: ${ways[person.by]}.`
    case 'created':
      return 'Nobody answers to it: a member would be created (saml.createMembers).'
    case 'refused': {
      const whom = person.member === undefined ? '' : ` (member ${person.member})`
      return `Refused: ${person.code}${whom}; ${person.remedy}. What follows is as if they were let in.`
    }
    case 'unknown':
      return 'Whom it is about was not said: somebody the directory knows nothing of but this.'
    default:
      return unreachable(person)
  }
}

const useText = (use: AttributeUse): string => {
  if (use.kind !== 'rules') return use.kind
  const asking = use.rules.length === 0 ? 'no rule asks for it' : `rule ${use.rules.join(', ')}`
  return `${use.name} in rules (${asking})`
}

const attributeLine = ({ name, values, uses, hint }: AttributePreview): string => {
  const used = uses.length === 0 ? 'nothing asks for it' : uses.map(useText).join(', ')
  return `  "${name}", ${values} value(s): ${used}${hint === undefined ? '' : `; ${hint}`}`
}

const groupLine = ({ name, rules, pushed }: GroupPreview): string => {
  const asking = rules.length === 0 ? 'no rule asks for it' : `rule ${rules.join(', ')}`
  return `  group "${name}": ${asking}${pushed === true ? '; pushed by SCIM, too' : ''}`
}

const statementLines = ({ groups, attributes, missing }: StatementPreview): readonly string[] => [
  `Groups, attribute "${groups.attribute}": ${groups.kind}; ${groups.meaning}.`,
  ...groups.names.map(groupLine),
  ...(attributes.length === 0 ? [] : ['Attributes of the assertion:', ...attributes.map(attributeLine)]),
  ...missing.map(({ attribute, use }) => `  "${attribute}" is configured (${useText(use)}) and was not sent`),
]

const countsText = (counts: boolean): string => (counts ? '' : ', too old to count')

const storedLines = ({ at, groups, attributes }: StoredPreview): readonly string[] => [
  `Logins so far: the last on ${at}.`,
  ...(groups === undefined
    ? []
    : [
        `  groups as of ${groups.at}${countsText(groups.counts)}: ${groups.names.length === 0 ? 'none' : groups.names.map((name) => `"${name}"`).join(', ')}`,
      ]),
  ...attributes.map(
    (one) => `  ${one.name} as of ${one.at}, ${one.values} value(s)${countsText(one.counts)}`,
  ),
]

const ruleLine = (preview: RulePreview): string => {
  const { rule, grant } = preview
  const gives = grant.map(({ community, role }) => `${community}/${role}`).join(', ')
  switch (preview.result) {
    case 'matched':
      return `  + ${rule} → ${gives}: ${preview.evidence.map(evidenceText).join(', ')}, ${sourceText(preview.source)}`
    case 'notMatched':
      return `  - ${rule} → ${gives}: ${preview.against.join('; ')}`
    case 'elsewhere':
      return `  - ${rule} → ${gives}: for another connection`
    default:
      return unreachable(preview)
  }
}

const missingLine = ({ rule, names, known }: MissingGroups): string => {
  const parts = names.map((name) => {
    const there =
      known === undefined
        ? ''
        : known.includes(name)
          ? ' (in the directory)'
          : ' (not in the directory either)'
    return `"${name}"${there}`
  })
  return `  rule ${rule} asks for ${parts.join(', ')}`
}

const communityLines = ({ community, granted, taken, suppressed }: CommunityPreview): readonly string[] => [
  `  ${community}:`,
  ...granted.flatMap(({ role, name, change, because }) => [
    `    ${change === 'added' ? '+' : '='} ${role} "${name}": ${change}`,
    ...because.map((one) => `        ${becauseText(one)}`),
  ]),
  ...taken.flatMap(({ role, name, because }) => [
    `    - ${role} "${name}": taken; it was given by`,
    ...because.map((one) => `        ${becauseText(one)}`),
  ]),
  ...suppressed.map((one) => `    ! ${one.role} "${one.name}": ${suppressedText(one)}`),
]

/** For a terminal. Names of attributes, and of groups; no attribute's value. */
export const previewText = (preview: LoginPreview): string => {
  const { statement, stored, rules, missing, communities, departed } = preview
  return [
    `Connection ${preview.connection}, ${preview.configuration === 0 ? 'a configuration that is not pushed' : `configuration ${preview.configuration}`}; nothing is written.`,
    personText(preview.person),
    ...(departed === true
      ? ['They departed: inactive or deleted at the identity provider; no rule is asked.']
      : []),
    ...(statement === undefined ? [] : statementLines(statement)),
    ...(stored === undefined ? [] : storedLines(stored)),
    ...(rules.length === 0 ? [] : ['Rules:', ...rules.map(ruleLine)]),
    ...(missing.length === 0
      ? []
      : ['Groups that rules name, and they are not in:', ...missing.map(missingLine)]),
    ...(communities.length === 0 ? ['Roles: none.'] : ['Roles:', ...communities.flatMap(communityLines)]),
  ].join('\n')
}
