import type { Node } from 'constructs'

export type StackSettings = {
  /** Of the instance: the stack, its secrets, its call budget, its lines in logs and metrics. */
  readonly name: string
  /** The stream of a table that stands there already, in place of one of the stack's own. */
  readonly restoredTable?: string
  /** What an operator chose for all functions. */
  readonly variables: Readonly<Record<string, string>>
  /** Where operators' events go: a bus of the instance's own, the account's default bus, or none. */
  readonly eventBus: 'own' | 'default' | 'none'
}

type Setting = { readonly variable: string; readonly form: RegExp; readonly rule: string }

/** `--context` keys beside `name`. The functions check them again; here a slip stops before anything is deployed. */
const choices: Readonly<Record<string, Setting>> = {
  publicUrl: {
    variable: 'PUBLIC_URL',
    form: /^https:\/\/[^\s/?#]+(\/[^\s/?#]+)*$/,
    rule: 'must be an https URL without a slash at its end',
  },
  auditRetentionDays: {
    variable: 'AUDIT_RETENTION_DAYS',
    form: /^[1-9]\d{0,4}$/,
    rule: 'must be a number of days, 1 to 99999',
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    form: /^(DEBUG|INFO|WARN|ERROR|SILENT)$/,
    rule: 'must be one of DEBUG, INFO, WARN, ERROR, SILENT',
  },
}

const busOf = (value: string | undefined): StackSettings['eventBus'] =>
  value === 'default' || value === 'none' ? value : 'own'

const streamForm = /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\d:T.-]+$/
const streamRule = 'must be the LatestStreamArn of the table'

const read = (node: Pick<Node, 'tryGetContext'>, key: string, form: RegExp, rule: string) => {
  const value: unknown = node.tryGetContext(key)
  if (value === undefined) return undefined
  if (form.test(String(value))) return String(value)
  throw new Error(`--context ${key}: ${rule}`)
}

export const readStackSettings = (node: Pick<Node, 'tryGetContext'>): StackSettings => {
  const restoredTable = read(node, 'restoredTable', streamForm, streamRule)
  const nameRule = 'must be 1 to 64 letters, digits and hyphens, with a letter first'
  return {
    name: read(node, 'name', /^[A-Za-z][A-Za-z0-9-]{0,63}$/, nameRule) ?? 'rolecall',
    eventBus: busOf(read(node, 'eventBus', /^(own|default|none)$/, 'must be one of own, default, none')),
    ...(restoredTable === undefined ? {} : { restoredTable }),
    variables: Object.fromEntries(
      Object.entries(choices).flatMap(([key, { variable, form, rule }]) => {
        const value = read(node, key, form, rule)
        return value === undefined ? [] : [[variable, value]]
      }),
    ),
  }
}
