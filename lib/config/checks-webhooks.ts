import { eventTypes } from '../core/events.ts'
import { type CheckOptions, urlProblem } from './checks-communities.ts'
import { didYouMean, type Finding } from './findings.ts'
import { addressOf } from './forms.ts'
import { field, items, text, type View } from './view.ts'

const repeated = (
  webhooks: readonly View[],
  name: string,
  same: (value: string) => string,
  finding: Pick<Finding, 'what' | 'why' | 'remedy'>,
): readonly Finding[] => {
  const seen = new Set<string>()
  return webhooks.flatMap((webhook) => {
    const view = field(webhook, name)
    const value = text(view)
    if (value === undefined) return []
    if (seen.has(same(value))) return [{ path: view.path, ...finding }]
    seen.add(same(value))
    return []
  })
}

const urlFindings = (webhook: View, options: CheckOptions): readonly Finding[] => {
  const view = field(webhook, 'url')
  const value = text(view)
  const problem = value === undefined ? undefined : urlProblem(value, options.local)
  if (problem === undefined) return []
  const [what, remedy] = problem
  return [{ path: view.path, what, why: 'it is told who gains and loses access', remedy }]
}

/** Whoever sweeps may read these secrets, and no platform's key. */
const readable = /^(secretsmanager:[^/]+\/webhooks\/.+|ssm:\/[^/]+\/webhooks\/.+)$/

const secretFindings = (webhook: View, options: CheckOptions): readonly Finding[] => {
  const view = field(webhook, 'secret')
  const value = text(view)
  if (value === undefined || options.local || readable.test(value)) return []
  const [kind] = value.split(':')
  if (kind === 'env' || kind === 'file')
    return [
      {
        path: view.path,
        what: `${kind}: is for one machine only`,
        why: 'a function on AWS has no files or variables of yours',
        remedy: 'write secretsmanager:INSTANCE/webhooks/NAME',
      },
    ]
  if (kind !== 'secretsmanager' && kind !== 'ssm') return []
  return [
    {
      path: view.path,
      what: 'is not below webhooks/',
      why: 'who sends events may read secrets of the instance’s webhooks and no others',
      remedy: 'name it INSTANCE/webhooks/NAME',
    },
  ]
}

const eventFindings = (webhook: View): readonly Finding[] => {
  const seen = new Set<string>()
  const known: readonly string[] = eventTypes
  return items(field(webhook, 'events')).flatMap((view): readonly Finding[] => {
    const name = text(view)
    if (name === undefined) return []
    if (!known.includes(name)) {
      const meant = didYouMean(name, known)
      return [
        {
          path: view.path,
          what: `there is no event "${name.slice(0, 64)}"`,
          why: `there are ${known.join(', ')}`,
          remedy: meant === undefined ? 'correct the name' : `did you mean "${meant}"?`,
        },
      ]
    }
    if (seen.has(name))
      return [{ path: view.path, what: `names "${name}" twice`, why: 'once is enough', remedy: 'remove it' }]
    seen.add(name)
    return []
  })
}

export const webhookFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const webhooks = items(field(root, 'webhooks'))
  return [
    ...repeated(webhooks, 'id', (value) => value, {
      what: 'is the id of an earlier webhook, too',
      why: 'an id names one thing',
      remedy: 'give this one another id',
    }),
    ...repeated(webhooks, 'url', addressOf, {
      what: 'is the address of an earlier webhook, too',
      why: 'it would be told everything twice',
      remedy: 'join the two',
    }),
    ...webhooks.flatMap((webhook) => [
      ...urlFindings(webhook, options),
      ...secretFindings(webhook, options),
      ...eventFindings(webhook),
    ]),
  ]
}
