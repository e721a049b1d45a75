import { communityAgainstCatalogue } from '../config/catalogue-check.ts'
import { type Finding, isWarning, pathText } from '../config/findings.ts'
import type { Check } from '../core/checkup.ts'
import type { Community, Configuration } from '../core/configuration.ts'
import { describeProblem } from '../core/describe.ts'
import { describeWarning } from '../core/describe-findings.ts'
import { isConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import type { Plan } from '../core/plan.ts'
import type { Platform } from '../core/ports/platform.ts'
import { previewPlan } from '../provisioning/preview.ts'
import type { House } from './wiring.ts'

/** What one community's check-up found, in the order in which it was looked at. */
export type Examination = {
  readonly community: Community['id']
  readonly platform: Community['platform']
  readonly checks: readonly Check[]
}
type DoctorDeps = Pick<House, 'secrets' | 'clock' | 'platforms'> & Parameters<typeof previewPlan>[0]

const failure = (subject: string, error: unknown, remedy: string): Check => {
  if (!isConnectorError(error)) throw error
  return { subject, state: 'problem', found: error.message, remedy }
}

const secretCheck = async ({ secrets }: DoctorDeps, { credentials }: Community): Promise<Check> => {
  try {
    await secrets(credentials)
    return { subject: 'secret', state: 'ok', found: `${credentials} can be read` }
  } catch (error) {
    return failure('secret', error, 'store the key under that name and let this machine read it')
  }
}

const day = 86_400_000
const soon = 30

const expiryCheck = (expires: Instant, now: Instant): Check => {
  const [subject, days] = ['key expiry', Math.floor((milliseconds(expires) - milliseconds(now)) / day)]
  const remedy = 'make a new key on the platform and store it in its place'
  if (days < 0) return { subject, state: 'problem', found: `our key ended ${expires}`, remedy }
  const found = `our key ends ${expires}, in ${days} day(s)`
  return days > soon ? { subject, state: 'ok', found } : { subject, state: 'warning', found, remedy }
}

const expiryChecks = async ({ clock }: DoctorDeps, platform: Platform): Promise<readonly Check[]> => {
  try {
    const expires = await platform.credentialsExpire()
    const found = 'the platform does not say when our key ends'
    return [
      expires === undefined
        ? { subject: 'key expiry', state: 'ok', found }
        : expiryCheck(expires, clock.now()),
    ]
  } catch (error) {
    return [failure('key expiry', error, 'try again when the platform answers')]
  }
}

const ofFinding = (one: Finding): Check => ({
  subject: one.path.length > 2 ? pathText(one.path.slice(2)) : 'configuration',
  state: isWarning(one) ? 'warning' : 'problem',
  found: `${one.what}; ${one.why}`,
  remedy: one.remedy,
})

const catalogueChecks = async (
  { platforms }: DoctorDeps,
  community: Community,
): Promise<readonly Check[]> => {
  const findings = await communityAgainstCatalogue(['communities', 0], community, platforms)
  const found = `all ${community.roles.length} role(s) of the configuration and what they name are known to the platform`
  const none: Check = { subject: 'configuration', state: 'ok', found }
  return findings.length === 0 ? [none] : findings.map(ofFinding)
}

const parentChecks = async (
  { platforms }: DoctorDeps,
  community: Community,
  { communities }: Configuration,
): Promise<readonly Check[]> => {
  const parent = communities.find(({ id }) => id === community.parent)
  if (parent === undefined) return []
  const subject = 'parent'
  try {
    const { children } = await (await platforms.open(parent)).snapshot()
    if (children === undefined) {
      const found = `the platform shows nothing below ${parent.id}`
      const remedy = 'look whether it is above on the platform, and whether our key may list what is below it'
      return [{ subject, state: 'warning', found, remedy }]
    }
    if (children.some(({ tenant }) => tenant.toLowerCase() === community.tenant.toLowerCase()))
      return [{ subject, state: 'ok', found: `below ${parent.id} on the platform, too` }]
    const remedy = 'correct parent, or move the community on the platform'
    return [{ subject, state: 'problem', found: `not below ${parent.id} on the platform`, remedy }]
  } catch (error) {
    return [failure(subject, error, `look at ${parent.id} first`)]
  }
}

const lookAt = (community: Community): string => `see npx rolecall plan ${community.id}`

const fromPlan = ({ problems, warnings }: Plan, community: Community): readonly Check[] => {
  const remedy = lookAt(community)
  const people = problems.filter((one) => 'subject' in one || one.kind === 'noEmail').length
  const told: readonly Check[] = [
    ...problems
      .filter((one) => !('subject' in one) && one.kind !== 'noEmail')
      .map((one): Check => ({ subject: 'plan', state: 'problem', found: describeProblem(one), remedy })),
    ...warnings.map(
      (one): Check => ({ subject: 'plan', state: 'warning', found: describeWarning(one), remedy }),
    ),
  ]
  if (people === 0) return told
  return [...told, { subject: 'plan', state: 'warning', found: `${people} wish(es) cannot be met`, remedy }]
}

const planChecks = async (
  deps: DoctorDeps,
  community: Community,
  configuration: Configuration,
): Promise<readonly Check[]> => {
  try {
    const { plan, verdict } = await previewPlan(deps, community.id, configuration)
    const found = `${verdict.allowed.length} change(s) to do, ${verdict.held.length} held, ${plan.unmanaged.length} unmanaged`
    return [{ subject: 'plan', state: 'ok', found }, ...fromPlan(plan, community)]
  } catch (error) {
    return [failure('plan', error, lookAt(community))]
  }
}

/** A platform that refuses us, or is not there, is not asked again and again: on some, errors are what gets an address blocked. */
const refused = (checks: readonly Check[]): boolean => {
  const credentials = checks.find(({ subject, state }) => subject === 'credentials' && state !== 'ok')
  return credentials !== undefined && checks.some(({ state }) => state === 'problem')
}

/** Everything that can be known of a community without writing anything: its secret, its platform, its catalogue, its parent, its plan. */
export const examine = async (
  deps: DoctorDeps,
  configuration: Configuration,
  community: Community,
): Promise<Examination> => {
  const { id, platform: name } = community
  const secret = await secretCheck(deps, community)
  if (secret.state === 'problem') return { community: id, platform: name, checks: [secret] }
  const platform = await deps.platforms.open(community)
  const checks: Check[] = [secret]
  const steps = [
    () => platform.checkup(),
    async () =>
      checks.some(({ subject }) => subject === 'key expiry') ? [] : await expiryChecks(deps, platform),
    () => catalogueChecks(deps, community),
    () => parentChecks(deps, community, configuration),
    () => planChecks(deps, community, configuration),
  ]
  for (const step of steps) if (!refused(checks)) checks.push(...(await step()))
  return { community: id, platform: name, checks }
}
