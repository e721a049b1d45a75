import { checkAgainstCatalogue } from '../config/catalogue-check.ts'
import { findingLines, isWarning, refuse } from '../config/findings.ts'
import { type Parsed, parseConfiguration } from '../config/parse.ts'
import type { AuditEvent } from '../core/audit.ts'
import type { Configuration } from '../core/configuration.ts'
import { describeHoldReason } from '../core/describe.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import { planText } from '../core/plan-text.ts'
import { platformTraits } from '../platforms/traits.ts'
import { type Foresight, foresee, holdForeseen } from '../provisioning/push.ts'
import { createReconciliation } from '../provisioning/reconcile.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exitFor, exits } from './exits.ts'
import { readText } from './files.ts'
import { readingOn } from './progress.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const sayWarnings = (terminal: Terminal, warnings: readonly string[]): void => {
  for (const warning of warnings) complain(terminal, 'warning', warning)
}

const counted = ({ connections, communities, rules }: Configuration): string =>
  `${connections.length} connection(s), ${communities.length} communit${communities.length === 1 ? 'y' : 'ies'}, ${rules.length} rule(s)`

/** Needs neither table nor platform. `--aws`: as a deployment would read it. */
export const checkFile = async (given: Arguments, terminal: Terminal): Promise<Exit> => {
  const { 'file?': file } = positionals(given, 'file?')
  const path = file || 'rolecall.yaml'
  const local = !given.flag('aws')
  const { configuration, warnings } = parseConfiguration(await readText(path), {
    local,
    traits: platformTraits,
  })
  sayWarnings(terminal, warnings)
  if (given.flag('json')) sayJson(terminal, { valid: true, warnings })
  else say(terminal, `${path} is valid: ${counted(configuration)}`, 'green')
  return exits.nothing
}

const note = async (house: House, event: AuditEvent): Promise<void> => {
  const actor = { kind: 'operator', label: house.operator } as const
  await house.audit.append([{ at: house.clock.now(), requestId: house.ids.uuid(), actor, event }])
}

const gone = <Id>(
  before: readonly { readonly id: Id }[],
  next: readonly { readonly id: Id }[],
): readonly Id[] => {
  const kept = new Set(next.map(({ id }) => id))
  return before.map(({ id }) => id).filter((id) => !kept.has(id))
}

const usableTokens = async (house: House, connection: ConnectionId): Promise<number> => {
  const now = house.clock.now()
  const credentials = await house.credentials.credentials(connection)
  return credentials.filter(
    ({ revokedAt, expiresAt }) => revokedAt === undefined && (expiresAt === undefined || expiresAt > now),
  ).length
}

const currently = (house: House): Promise<Configuration | undefined> =>
  house.configuration().catch((error: unknown) => {
    if (isConnectorError(error, 'configurationMissing', 'configurationInvalid')) return undefined
    throw error
  })

/** Communities and connections the new version no longer names: what we own there is left as it is, and tokens are, too. */
const dropped = async (house: House, next: Configuration): Promise<readonly string[]> => {
  const before = await currently(house)
  if (before === undefined) return []
  const communities = gone(before.communities, next.communities).map(
    async (id) =>
      `community ${id} is no longer named: its ${await house.ownership.ownedCount(id)} owned account(s) stay as they are, unmanaged`,
  )
  const connections = gone(before.connections, next.connections).map(async (id) => {
    const count = await usableTokens(house, id)
    const tokens =
      count === 0
        ? 'it has no valid token'
        : `its ${count} valid token(s) still work: find them with npx rolecall credentials list ${id}, end each with npx rolecall credentials revoke ${id} ID`
    return `connection ${id} is no longer named: nobody new gets access through it, and ${tokens}`
  })
  return Promise.all([...communities, ...connections])
}

/** The communities of the version that is current now; the house may still believe in the one before. */
const reconcileSoon = async (house: House, current: Configuration): Promise<string> => {
  const asked = await createReconciliation({ ...house, configuration: async () => current }).request()
  const when = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
  return asked.length === 0
    ? 'there is no community to compare'
    : `${asked.join(', ')} will be compared ${when}`
}

const countHeld = (exceeding: readonly Foresight[]): string =>
  `${exceeding.reduce((sum, { newlyHeld }) => sum + newlyHeld.length, 0)} change(s)`

/** The limits and figures, once each. */
const refusalText = (exceeding: readonly Foresight[]): string =>
  [
    `Nothing was stored: its effect exceeds the limits (today’s or its own, whichever is stricter), and ${countHeld(exceeding)} would be held.`,
    ...exceeding.flatMap(({ preview, newlyHeld }) => {
      const reasons = new Set(newlyHeld.map(({ reason }) => describeHoldReason(reason)))
      return [...reasons].map((reason) => `  ${preview.plan.community}: ${reason}`)
    }),
    'Correct the file; or, if that is meant, push it with --accept-held: then these changes wait for approval.',
  ].join('\n')

type Candidate = Parsed & { readonly text: string; readonly base: number; readonly unchanged: boolean }

const candidateFrom = async (given: Arguments, house: House): Promise<Candidate> => {
  const { 'file?': file } = positionals(given, 'file?')
  const text = await readText(file || 'rolecall.yaml')
  const parsed = parseConfiguration(text, { local: house.access.local, traits: platformTraits })
  const current = await house.configurations.current()
  const base = current?.number ?? 0
  // After a rollback the current version is not the latest one.
  const numbers = (await house.configurations.history()).map(({ number }) => number)
  const configuration = { ...parsed.configuration, number: Math.max(0, ...numbers) + 1 }
  return { ...parsed, configuration, text, base, unchanged: current?.text === text }
}

export const pushFile = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const candidate = await candidateFrom(given, house)
  const { configuration, lineOf, base, text } = candidate
  const json = given.flag('json')
  const findings = await checkAgainstCatalogue(configuration, house.platforms)
  const refused = findings.filter((one) => !isWarning(one))
  if (refused.length > 0) throw refuse(findingLines(refused, lineOf))
  const warnings = [
    ...candidate.warnings,
    ...findingLines(findings.filter(isWarning), lineOf),
    ...(await dropped(house, configuration)),
  ]
  sayWarnings(terminal, warnings)
  const told = readingOn(terminal, given)
  const foreseen = await foresee({ ...house, told }, configuration, await currently(house))
  const previews = foreseen.map(({ preview }) => preview)
  if (!json) for (const { plan, verdict } of previews) say(terminal, planText(plan, verdict))
  /** `number`: the version stored now, else the one that stays current. */
  const tell = (stored: boolean, number: number, sentence: string): void => {
    if (json) sayJson(terminal, { stored, number, warnings, previews })
    else say(terminal, `\n${sentence}`, stored ? 'green' : undefined)
  }
  if (given.flag('dry-run')) {
    const later = `Without --dry-run this becomes version ${configuration.number}.`
    tell(
      false,
      base,
      `Nothing was stored. ${candidate.unchanged ? `Version ${base} is this text already.` : later}`,
    )
    return exitFor(previews.map(({ verdict }) => verdict))
  }
  if (candidate.unchanged) {
    tell(false, base, `Version ${base} is this text already; nothing was stored.`)
    return exits.nothing
  }
  const exceeding = foreseen.filter(({ newlyHeld }) => newlyHeld.length > 0)
  if (exceeding.length > 0 && !given.flag('accept-held')) {
    tell(false, base, refusalText(exceeding))
    return exits.held
  }
  await holdForeseen(house, exceeding)
  const result = await house.configurations.push(text, base, house.operator, given.text('note') ?? '')
  if (result.kind === 'stale')
    throw new ConnectorError(
      'versionMismatch',
      `version ${result.current} was pushed by somebody else meanwhile; look at it with config history, and push again`,
    )
  await note(house, { kind: 'configurationPushed', number: result.number })
  const next = await reconcileSoon(house, configuration)
  const waits = exceeding.length === 0 ? '' : ` ${countHeld(exceeding)} wait for approval: npx rolecall holds`
  tell(true, result.number, `Stored as version ${result.number}; ${next}.${waits}`)
  return exits.nothing
}

export const showHistory = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  positionals(given)
  const versions = await house.configurations.history()
  if (given.flag('json')) {
    sayJson(terminal, versions)
    return exits.nothing
  }
  if (versions.length === 0) say(terminal, 'No version yet: npx rolecall config push rolecall.yaml')
  for (const { number, at, by, note: words, current } of versions)
    say(
      terminal,
      `${current ? '*' : ' '} ${number}  ${at}  ${by}${words === '' ? '' : `  ${words}`}`,
      current ? 'bold' : undefined,
    )
  return exits.nothing
}

/** Asks no platform: a rollback must work when one is down. */
export const rollBack = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { version } = positionals(given, 'version')
  if (!/^[1-9]\d{0,8}$/.test(version)) throw usageError('version must be a number from config history')
  const number = Number(version)
  const text = await house.configurations.version(number)
  if (text === undefined)
    throw new ConnectorError('notFound', `there is no version ${number}; see npx rolecall config history`)
  const { configuration } = parseConfiguration(text, { local: house.access.local, traits: platformTraits })
  // Before it is made current: compared with what is current still.
  const warnings = await dropped(house, configuration)
  if ((await house.configurations.makeCurrent(number, house.operator)) === 'unknown')
    throw new ConnectorError('notFound', `there is no version ${number}; see npx rolecall config history`)
  sayWarnings(terminal, warnings)
  await note(house, { kind: 'configurationRolledBack', number })
  const next = await reconcileSoon(house, configuration)
  if (given.flag('json')) sayJson(terminal, { current: number, warnings })
  else say(terminal, `Version ${number} is current; ${next}.`, 'green')
  return exits.nothing
}
