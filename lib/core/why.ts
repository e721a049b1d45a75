import type { Because, Evidence } from './assignment.ts'
import { unreachable } from './errors.ts'
import type { Change } from './plan.ts'

/** More rules than that say no more to whoever reads a plan; `explain` names them all. */
const named = 3

const evidenceText = (evidence: Evidence): readonly string[] => {
  switch (evidence.kind) {
    case 'group':
      return [`group "${evidence.displayName}"`]
    case 'attribute':
      return [`attribute ${evidence.path}`]
    case 'absence':
      return []
    default:
      return unreachable(evidence)
  }
}

const ruleText = ({ rule, evidence }: Because): string => {
  const by = [...new Set(evidence.flatMap(evidenceText))].slice(0, named)
  return `rule ${rule}${by.length === 0 ? '' : `: ${by.join(', ')}`}`
}

/** Which rules give what a change gives, and by what; nothing where it gives nothing. */
export const whyOf = (change: Change): string => {
  const given = change.kind === 'grant' ? [change.grant] : change.kind === 'invite' ? change.roles : []
  const rules = [
    ...new Map(given.flatMap(({ because }) => because.map((one) => [one.rule, one] as const))).values(),
  ]
  if (rules.length === 0) return ''
  const more = rules.length > named ? [`${rules.length - named} more`] : []
  return ` (${[...rules.slice(0, named).map(ruleText), ...more].join('; ')})`
}
