import type { PastExplanation } from './explain-past.ts'
import { actorText, explanationText } from './explanation-text.ts'
import type { PastMembership } from './past-held.ts'
import type { PastStanding } from './past-life.ts'
import type { OpenRule } from './past-rules.ts'

const sinceText = (since: string | undefined): string =>
  since === undefined ? ', since when is not kept' : ` since ${since}`

const standingText = (standing: PastStanding): string => {
  switch (standing.kind) {
    case 'active':
      return `active${sinceText(standing.since)}`
    case 'inactive':
      return `inactive at the identity provider${sinceText(standing.since)}`
    case 'deleted':
      return `deleted at the identity provider${sinceText(standing.since)}`
    case 'notYet':
      return `not there yet${standing.created === undefined ? '' : `; made ${standing.created}`}`
    case 'unknown':
      return 'whether they were there is not kept'
  }
}

const groupText = ({ id, displayName, through = [], from }: PastMembership): string => {
  const name =
    displayName === undefined ? `group ${id} (its name then is not kept)` : `group "${displayName}" (${id})`
  const way = through.length === 0 ? '' : ` through ${through.toReversed().join(' through ')}`
  const since =
    from === undefined
      ? ', since before the trail'
      : `, joined ${from.at} (request ${from.requestId} by ${actorText(from.actor)})`
  return `  in ${name}${way}${since}`
}

const openText = ({ rule, notKept }: OpenRule): string =>
  `  rule ${rule}: nobody knows any more whether it matched: ${notKept.join(', ')} of that time is not kept`

/** For a terminal. */
export const pastText = (past: PastExplanation): string =>
  [
    `${past.at}: member ${past.member} of ${past.connection}, ${standingText(past.standing)}`,
    ...past.groups.map(groupText),
    ...(past.shown ?? []).map((name) => `  group "${name}" shown at a login`),
    ...past.open.map(openText),
    ...past.communities.map(explanationText),
  ].join('\n')
