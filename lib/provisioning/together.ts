import type { Priority, Work } from '../core/work.ts'

/** Who loses one role and who gets another are one matter: two may have exchanged what they have. */
const matterOf = (priority: Priority): Priority => (priority === 'revocation' ? 'change' : priority)

/**
 * What is taken together is of one urgency, so that nobody who leaves waits for those who join. A stored plan is carried out alone; a look at everybody
 * covers what comes behind it.
 */
export const together = ([first, ...rest]: readonly Work[]): readonly Work[] => {
  if (first === undefined) return []
  if (first.subject.kind === 'plan') return [first]
  const whole = first.subject.kind === 'community'
  const end = rest.findIndex(
    ({ subject, priority }) =>
      subject.kind !== 'member' || (!whole && matterOf(priority) !== matterOf(first.priority)),
  )
  return [first, ...(end < 0 ? rest : rest.slice(0, end))]
}
