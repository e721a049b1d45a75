import { builtinRoles, demoCommunity } from '../simulators/sekoia/demo.ts'
import type { Standings } from './control.ts'
import type { Entra } from './entra.ts'
import type { Narration } from './narration.ts'
import {
  emailOf,
  fieldWorker,
  groupNames,
  newcomer,
  type Person,
  personNamed,
  roleOf,
  staff,
} from './people.ts'
import type { PlatformSide } from './platform.ts'

export type Stage = {
  readonly entra: Entra
  readonly platform: PlatformSide
  readonly narration: Narration
  readonly reconcile: () => Promise<void>
  /** Changes waiting for a person, with the reason in words. */
  readonly held: () => Promise<readonly string[]>
}

/** Departures the example's safety settings allow in a day among nineteen accounts: its floor. */
const departureBudget = 5
const owner = { 'owner@demo.test': 'enabled: Admin' }

const roleFor = (person: Person): string | undefined =>
  person.groups.map((group) => roleOf[group]).find((role) => role !== undefined)

const standingsOf = (people: readonly Person[], state: 'invited' | 'enabled'): Standings => ({
  ...owner,
  ...Object.fromEntries(
    people.flatMap((person) => {
      const role = roleFor(person)
      return role === undefined ? [] : [[emailOf(person), `${state}: ${role}`] as const]
    }),
  ),
})

/** Entra works through a few people at the same time. */
const inParallel = async <T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> => {
  const rest = [...items]
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await run(item)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

export const playDay = async (stage: Stage): Promise<void> => {
  await arrival(stage)
  const afterMorning = await promotionAndLeaver(stage, standingsOf(staff, 'enabled'))
  const afterField = await threePlatforms(stage, afterMorning)
  const afterRepair = await handEdits(stage, afterField)
  await emptiedDirectory(stage, afterRepair)
}

const arrival = async ({ entra, platform, narration }: Stage): Promise<void> => {
  const { scene, say, claim } = narration
  scene('08:00', 'Entra tests the connection, then pushes twenty people and five groups')
  await entra.testConnection()
  await inParallel(staff, entra.pushPerson)
  for (const name of groupNames) await entra.pushGroup(name)
  const memberships = staff.flatMap((person) => person.groups.map((group) => ({ group, person })))
  await inParallel(memberships, ({ group, person }) => entra.addMember(group, person))
  say(`${entra.requests()} SCIM requests, each answered as soon as it was stored.`)
  await claim(
    'Nineteen people are invited, each with the role of their group; Tim, whose groups give no role, has no account',
    platform.standings,
    standingsOf(staff, 'invited'),
  )
  say('Everybody accepts the invitation.')
  const accepted = staff.map((person) => ({ kind: 'activate' as const, email: emailOf(person) }))
  await platform.byHand(...accepted)
  await claim('All are enabled', platform.standings, standingsOf(staff, 'enabled'))
}

const promotionAndLeaver = async (stage: Stage, before: Standings): Promise<Standings> => {
  const { entra, platform, narration } = stage
  narration.scene('10:30', 'Hedy is promoted: out of SOC-Tier1, into SOC-Analysts')
  const hedy = personNamed('Hedy')
  await entra.addMember('SOC-Analysts', hedy)
  await entra.removeMember('SOC-Tier1', hedy)
  const promoted = { ...before, [emailOf(hedy)]: 'enabled: Analyst' }
  await narration.claim('Hedy is Analyst, and nothing else changed', platform.standings, promoted)

  narration.scene('11:15', 'Peter leaves the company: Entra sends active "False"')
  const peter = personNamed('Peter')
  await entra.setActive(peter, false)
  const left = { ...promoted, [emailOf(peter)]: 'disabled: EDR Paris' }
  await narration.claim('Peter is suspended at once; removal follows in 30 days', platform.standings, left)
  return left
}

/** A restricted role of Sekoia.io, a custom role of Netography and a tenant role of ImmyBot, from one group. */
const threePlatforms = async (stage: Stage, before: Standings): Promise<Standings> => {
  const { entra, platform, narration } = stage
  const email = emailOf(fieldWorker)
  const standing = () => platform.everywhere(email)
  narration.scene('12:00', 'Pascal joins the field service: one group, three platforms')
  await entra.pushPerson(fieldWorker)
  for (const group of fieldWorker.groups) await entra.addMember(group, fieldWorker)
  await narration.claim('Pascal has a role on each of them', standing, {
    sekoia: 'invited: Paris field',
    netography: 'enabled: paris_field',
    immybot: 'enabled: Paris field in Paris',
  })
  await platform.byHand({ kind: 'activate', email })

  narration.scene('13:00', 'Pascal leaves: Entra sends active "False" once')
  await entra.setActive(fieldWorker, false)
  await narration.claim(
    'Suspended at Sekoia.io, deleted at Netography, stripped and expiring at ImmyBot',
    standing,
    {
      sekoia: 'disabled: Paris field',
      netography: 'nobody',
      immybot: 'expiring: no role',
    },
  )
  const left = { ...before, [email]: 'disabled: Paris field' }
  await narration.claim('Nobody else changed', platform.standings, left)
  return left
}

const handEdits = async (stage: Stage, before: Standings): Promise<Standings> => {
  const { platform, narration, reconcile } = stage
  narration.scene('14:00', 'Somebody edits the platform by hand')
  const permissions = await platform.permissionsOf('SOC tier 1')
  await platform.byHand(
    { kind: 'editMember', community: demoCommunity, email: 'ada@demo.test', builtin: null },
    { kind: 'editRole', name: 'SOC tier 1', permissions: permissions.slice(1) },
    { kind: 'addMember', community: demoCommunity, email: 'guest@demo.test', builtin: builtinRoles.guest },
  )
  narration.say(
    'Ada lost her role, "SOC tier 1" a permission, and a guest was added whom no directory knows.',
  )
  await reconcile()
  const repaired = { ...before, 'guest@demo.test': 'enabled: Guest' }
  await narration.claim(
    'The reconciliation gives Ada her role back and leaves the guest alone',
    platform.standings,
    repaired,
  )
  await narration.claim(
    'The managed role has its permissions again',
    () => platform.permissionsOf('SOC tier 1'),
    permissions,
  )
  return repaired
}

const emptiedDirectory = async (stage: Stage, before: Standings): Promise<void> => {
  const { entra, platform, narration, held } = stage
  narration.scene(
    '16:45',
    'A filter mistake in Entra empties the directory: everybody is deactivated, one PATCH each',
  )
  const remaining = staff.filter((person) => person.given !== 'Peter')
  await inParallel(remaining, (person) => entra.setActive(person, false))
  const suspended = async (): Promise<number> =>
    Object.values(await platform.standings()).filter((standing) => standing.startsWith('disabled')).length
  const accounts = 19
  const bounded = async () => ({
    withinBudget: (await suspended()) <= departureBudget,
    held: (await held()).length >= accounts - departureBudget,
  })
  await narration.claim(
    `Entra got its 2xx, but at most ${departureBudget} of ${accounts} are suspended; the rest is held for a person`,
    bounded,
    { withinBudget: true, held: true },
  )
  for (const reason of new Set(await held())) narration.say(`Held: ${reason}`)

  narration.scene('17:00', 'Meanwhile a newcomer starts')
  await entra.pushPerson(newcomer)
  for (const group of newcomer.groups) await entra.addMember(group, newcomer)
  const newcomerStanding = async () => (await platform.standings())[emailOf(newcomer)]
  await narration.claim('Zoe is invited although changes are held', newcomerStanding, 'invited: SOC tier 1')
  await narration.claim('Still nobody beyond the budget is suspended', bounded, {
    withinBudget: true,
    held: true,
  })

  narration.scene('17:30', 'The mistake is found and undone in Entra')
  await inParallel(remaining, (person) => entra.setActive(person, true))
  await narration.claim('Everybody is as before; nobody had to be invited again', platform.standings, {
    ...before,
    [emailOf(newcomer)]: 'invited: SOC tier 1',
  })
  await narration.claim('Nothing is held any more', held, [])
}
