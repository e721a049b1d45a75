import { randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import { createPatterns } from '../../lib/config/patterns.ts'
import type {
  Community,
  Configuration,
  Connection,
  RoleDefinition,
  Rule,
} from '../../lib/core/configuration.ts'
import { type ConnectionId, connectionId, later, milliseconds, ruleId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { Problem } from '../../lib/core/plan.ts'
import type { HoldReason } from '../../lib/core/verdict.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { explainMember } from '../../lib/provisioning/explain.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createDriftStore } from '../../lib/store/drift.ts'
import { createStoreIdentity } from '../../lib/store/identity.ts'
import { createLeases } from '../../lib/store/leases.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { createOutcomeStore } from '../../lib/store/outcomes.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { createPauseStore } from '../../lib/store/pauses.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { createQuarantineStore } from '../../lib/store/quarantine.ts'
import { createReadingStore } from '../../lib/store/readings.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { createUpkeep } from '../../lib/store/upkeep.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { testPace } from '../platforms/clock.ts'
import { openTestTable } from '../support/table.ts'
import { objectIdOf } from './changes.ts'
import type { HarnessRoles, Stage } from './stage.ts'

/** Two identity providers, a directory, and everything between them and one simulated platform. */
export type Village = Awaited<ReturnType<typeof openVillage>>

export const idp = connectionId('idp')
export const otherIdp = connectionId('other-idp')
export const day = 86_400

/** Each role of the harness has a group of its own name, for both connections. */
export const groupFor = (role: RoleDefinition): string => `Group ${role.id}`

const ruleFor = (community: Community, role: RoleDefinition): Rule => ({
  id: ruleId(`rule-${role.id}`),
  when: { group: { equals: groupFor(role) } },
  grant: [{ community: community.id, role: role.id }],
})

const connections: readonly Connection[] = [
  { id: idp, domains: ['acme.example'] },
  { id: otherIdp, domains: ['beta.example'] },
]

const configurationFor = (community: Community, roles: HarnessRoles): Configuration => ({
  number: 1,
  webhooks: [],
  connections,
  communities: [community],
  rules: [roles.low, roles.high, ...roles.teams, roles.narrow].map((role) => ruleFor(community, role)),
})

const suspension = 'then'
const leaving = { [suspension]: 'suspend', removeAfter: 30 * day } as unknown as Community['onDeparture']

const addressed = (email: string) => ({
  emails: [{ value: email, type: 'work', primary: true }],
  name: { givenName: email.split('@')[0] ?? '', familyName: 'Villager' },
})

export const openVillage = async (stage: Stage, roles: HarnessRoles, given: Partial<Community> = {}) => {
  const test = await openTestTable()
  const { clock } = stage
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  const table = createTable({ client: test.client, name: test.name, clock, ids })
  const directory = createDirectory(table)
  const community: Community = {
    ...stage.community,
    adopt: 'explicit',
    onDeparture: leaving,
    onUnassigned: leaving,
    requestsPerSecond: 50,
    safety: { ...stage.community.safety, minimumAdmins: 0 },
    ...given,
  }
  let configuration = configurationFor(community, roles)
  const deps: Provisioning = {
    clock,
    ids,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
    directory,
    logins: createLoginStore(table),
    upkeep: createUpkeep(table),
    work: createWorkQueue(table),
    wakeUps: { wake: async () => {} },
    ownership: createOwnershipStore(table),
    outcomes: createOutcomeStore(table),
    safety: createSafetyStore(table),
    runs: createRunStore(table),
    drift: createDriftStore(table),
    readings: createReadingStore(table),
    quarantine: createQuarantineStore(table),
    identity: createStoreIdentity(table, test),
    leases: createLeases(table, { holder: 'worker' }),
    audit: createAuditLog(table),
    pauses: createPauseStore(table),
    events: { emit: async () => {} },
    configuration: async () => configuration,
    platforms: createPlatforms({
      secrets: async () => stage.secret,
      pace: testPace(clock),
      clock,
      allowLoopback: true,
      timeout: 1,
      random: () => 0.5,
    }),
    patterns: createPatterns(),
  }
  const stampOf = (connection: ConnectionId) => ({
    connection,
    actor: { kind: 'credential' as const, label: 'test' },
    requestId: randomUUID(),
    at: clock.now(),
  })
  const written = <T extends { readonly kind: string }>(write: T): Extract<T, { kind: 'written' }> => {
    if (write.kind !== 'written') throw new Error(`not written: ${write.kind}`)
    return write as Extract<T, { kind: 'written' }>
  }
  const current = async (member: Member): Promise<Member> => {
    const found = await directory.memberOrTombstone(member.connection, member.id)
    if (found === undefined) throw new Error('the member is gone')
    return found
  }
  const groups = new Map<string, Group>()
  const groupIn = async (connection: ConnectionId, role: RoleDefinition): Promise<Group> => {
    const key = `${connection}/${role.id}`
    const draft = { displayName: groupFor(role), attributes: {} }
    const group =
      groups.get(key) ?? written(await directory.createGroup(stampOf(connection), draft, [])).group
    groups.set(key, group)
    return group
  }
  const change = async (
    member: Member,
    add: readonly RoleDefinition[],
    remove: readonly RoleDefinition[],
  ) => {
    for (const [list, by] of [
      [add, 'add'],
      [remove, 'remove'],
    ] as const)
      for (const role of list) {
        const { id } = await groupIn(member.connection, role)
        const before = await directory.group(member.connection, id)
        if (before === undefined) throw new Error('the group is gone')
        const none = { add: [], remove: [] }
        const members = { kind: 'delta' as const, ...none, [by]: [member.id] }
        written(await directory.changeGroup(stampOf(member.connection), before, { members }))
      }
  }
  const update = async (member: Member, next: Partial<Member>): Promise<Member> => {
    const { userName, externalId, active, attributes } = { ...(await current(member)), ...next }
    const draft = { userName, active, attributes, ...(externalId === undefined ? {} : { externalId }) }
    return written(await directory.updateMember(stampOf(member.connection), await current(member), draft))
      .member
  }

  const personNamed = async (
    userName: string,
    email: string,
    held: readonly RoleDefinition[],
    connection: ConnectionId,
  ): Promise<Member> => {
    const draft = { userName, externalId: objectIdOf(userName), active: true, attributes: addressed(email) }
    const { member } = written(await directory.createMember(stampOf(connection), draft))
    await change(member, held, [])
    return member
  }

  /** Sweep and run, as schedule and queue do, until nothing is due or waiting. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      clock.advance(6)
      const { finished, woken } = await createDispatcher(deps).sweep()
      if (finished === 0 && woken === 0) return
      if (woken > 0) await createProvisioner(deps).run(community.id, later(clock.now(), 600))
    }
    throw new Error('does not come to rest')
  }
  const preview = () => previewPlan(deps, community.id)
  return {
    stage,
    deps,
    /** Somebody in the directory, in the groups of these roles. */
    person: (email: string, held: readonly RoleDefinition[] = [], connection = idp) =>
      personNamed(email, email, held, connection),
    /** Another record with somebody's address, as a directory makes it that knows them by another id now. */
    namesake: (email: string, held: readonly RoleDefinition[] = [], connection = idp) =>
      personNamed(`${randomUUID()}@acme.example`, email, held, connection),
    give: (member: Member, ...held: readonly RoleDefinition[]) => change(member, held, []),
    take: (member: Member, ...held: readonly RoleDefinition[]) => change(member, [], held),
    setActive: (member: Member, active: boolean) => update(member, { active }),
    readdress: (member: Member, email: string) =>
      update(member, { userName: email, attributes: addressed(email) }),
    leave: async (member: Member) => {
      await directory.deleteMember(stampOf(member.connection), await current(member))
    },
    settle,
    reconcile: async () => {
      await createReconciliation(deps).request()
      await settle()
    },
    problems: async (): Promise<readonly Problem[]> => (await preview()).plan.problems,
    preview,
    holds: async (): Promise<readonly HoldReason[]> =>
      ((await deps.safety.hold(community.id))?.held ?? []).map(({ reason }) => reason),
    ownerships: (member: Member) => deps.ownership.ownershipsOf(member.connection, member.id),
    explain: (member: Member) =>
      explainMember(deps, { connection: member.connection, subject: { by: 'id', id: member.id } }),
    configure: (change: (before: Community) => Community) => {
      configuration = { ...configuration, communities: configuration.communities.map(change) }
    },
    rules: (change: (before: readonly Rule[]) => readonly Rule[]) => {
      configuration = { ...configuration, rules: change(configuration.rules) }
    },
    days: (count: number) => clock.advance(count * day),
    now: () => milliseconds(clock.now()),
    close: test.close,
  }
}
