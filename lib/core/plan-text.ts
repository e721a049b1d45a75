import { describe, describeHoldReason, describeProblem, oneLine } from './describe.ts'
import { describeDrift, describeReach, describeUnmanaged, describeWarning } from './describe-findings.ts'
import type { Change, Plan, Problem } from './plan.ts'
import type { HeldChange, Verdict } from './verdict.ts'
import { whyOf } from './why.ts'

type Section = { readonly title: string; readonly lines: readonly string[] }

const whose = (problem: Problem): string =>
  'subject' in problem
    ? `${problem.subject.email}: `
    : problem.kind === 'noEmail'
      ? `member ${problem.member}: `
      : ''

const changeLine = (change: Change): string => `${describe(change)}${whyOf(change)}`
const heldLine = ({ change, reason }: HeldChange): string =>
  `${changeLine(change)} — ${describeHoldReason(reason)}`
const rejected = ({ held }: Verdict): readonly HeldChange[] =>
  held.filter(({ reason }) => reason.kind === 'rejected')
/** Held changes that ask something of somebody. */
export const waiting = ({ held }: Verdict): readonly HeldChange[] =>
  held.filter(({ reason }) => reason.kind !== 'rejected')

/** What is withheld, and what for. */
const withheldIn = ({ withheld, untilDecided = [] }: Verdict) => {
  const waits = new Set(untilDecided)
  return {
    byMode: withheld.filter(({ id }) => !waits.has(id)),
    untilDecided: withheld.filter(({ id }) => waits.has(id)),
  }
}

const sectionsOf = (plan: Plan, verdict: Verdict): readonly Section[] =>
  [
    { title: 'Changes', lines: verdict.allowed.map(changeLine) },
    { title: 'Held, waiting for approval', lines: waiting(verdict).map(heldLine) },
    { title: 'Rejected, left undone', lines: rejected(verdict).map(({ change }) => changeLine(change)) },
    {
      title: `Withheld by the ${plan.warnings.some(({ kind }) => kind === 'quarantined') ? 'quarantine' : 'mode'}`,
      lines: withheldIn(verdict).byMode.map(changeLine),
    },
    {
      title: 'Withheld until what is held is decided',
      lines: withheldIn(verdict).untilDecided.map(changeLine),
    },
    {
      title: 'Problems',
      lines: plan.problems.map((problem) => `${whose(problem)}${describeProblem(problem)}`),
    },
    { title: 'Warnings', lines: plan.warnings.map(describeWarning) },
    { title: 'Drift', lines: plan.drift.map(describeDrift) },
    { title: 'Unmanaged, left alone', lines: plan.unmanaged.map(describeUnmanaged) },
  ].filter(({ lines }) => lines.length > 0)

const headline = (plan: Plan, verdict: Verdict): string => {
  const whole = plan.scope === 'community' ? '' : ', part of the community'
  const no = rejected(verdict).length
  const counts = [
    `${verdict.allowed.length} to do`,
    `${waiting(verdict).length} held`,
    ...(no > 0 ? [`${no} rejected`] : []),
    `${verdict.withheld.length} withheld`,
  ].join(', ')
  return `${plan.community}: ${counts} (configuration ${plan.configuration}${whole})`
}

/** What lies beyond the community: what of this reaches further down, and what reaches in from above. */
const beyond = ({ reach, inheritsFrom }: Plan): readonly string[] => [
  ...(reach === undefined ? [] : [describeReach(reach)]),
  ...(inheritsFrom === undefined
    ? []
    : [`Who gets in by way of ${inheritsFrom} is a member there, and no part of this plan.`]),
]

/** For a terminal. Stable: the same plan and verdict give the same text. */
export const planText = (plan: Plan, verdict: Verdict): string =>
  [
    headline(plan, verdict),
    ...beyond(plan).map((line) => `  ${line}`),
    ...sectionsOf(plan, verdict).flatMap(({ title, lines }) => [
      `  ${title}`,
      ...lines.map((line) => `    ${oneLine(line)}`),
    ]),
  ].join('\n')

/** Names come from outside; they are shown as text, never as markup. */
const escapeMarkdown = (text: string): string => oneLine(text.replace(/[\\`*_{}[\]<>|#~]/g, '\\$&'))

export const planMarkdown = (plan: Plan, verdict: Verdict): string =>
  [
    `## ${escapeMarkdown(headline(plan, verdict))}`,
    ...beyond(plan).flatMap((line) => ['', escapeMarkdown(line)]),
    ...sectionsOf(plan, verdict).flatMap(({ title, lines }) => [
      '',
      `### ${title}`,
      '',
      ...lines.map((line) => `- ${escapeMarkdown(line)}`),
    ]),
  ].join('\n')
