import { suppressedText } from './explanation-text.ts'
import type { ReplayedMember, ReplayedRole, ReplaySummary } from './replay.ts'

const rulesText = ({ because }: ReplayedRole): string => {
  const rules = [...new Set(because.map(({ rule }) => rule))]
  return `rule ${rules.join(', ')}`
}

/** One member a line, and each role below. */
export const replayedText = (
  { connection, member, gains, loses }: ReplayedMember,
  name: string | undefined,
): string =>
  [
    `member ${member} of ${connection}${name === undefined ? '' : ` (${name})`}`,
    ...gains.map((one) => `  + ${one.community}/${one.role}: ${rulesText(one)}`),
    ...loses.map((one) => {
      const still = one.suppressed === undefined ? 'no longer given' : suppressedText(one.suppressed)
      return `  - ${one.community}/${one.role}: ${still}; it was by ${rulesText(one)}`
    }),
  ].join('\n')

export const replaySummaryText = ({ members, changed, communities, roles, dropped }: ReplaySummary): string =>
  [
    changed === 0
      ? `Nobody of ${members} member(s) would gain or lose anything.`
      : `${changed} of ${members} member(s) would gain or lose something:`,
    ...communities.flatMap(({ community, joining, leaving }) => [
      `  ${community}: ${joining} would come in, ${leaving} would have no role left`,
      ...roles
        .filter((one) => one.community === community)
        .map(({ role, gain, lose, keep }) => `    ${role}: +${gain} -${lose} =${keep}`),
    ]),
    ...dropped.communities.map(
      (id) => `  community ${id} is no longer named: what is given there stays as it is, unmanaged`,
    ),
    ...dropped.connections.map(
      (id) =>
        `  connection ${id} is no longer named: its members were not looked at, and nobody new gets access through it`,
    ),
    'By directory and stored logins alone: no platform was asked, and nothing is written.',
  ].join('\n')
