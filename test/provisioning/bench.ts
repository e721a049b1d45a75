import { randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import { demoApp, demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import { demoCommunity, demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import { heldRoles } from '../../infra/local/simulators/sekoia/world.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { createPatterns } from '../../lib/config/patterns.ts'
import type { Stamp } from '../../lib/core/audit.ts'
import type { Community, Configuration, RoleDefinition } from '../../lib/core/configuration.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import {
  type CommunityId,
  type ConnectionId,
  communityId,
  connectionId,
  groupId,
  type Instant,
  later,
  milliseconds,
  roleId,
  ruleId,
} from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { Directory, GroupWrite, MemberWrite } from '../../lib/core/ports/directory.ts'
import type { RemovalHistory } from '../../lib/core/verdict.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { explainMember } from '../../lib/provisioning/explain.ts'
import { createHoldDesk } from '../../lib/provisioning/holds.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner, type RunReport } from '../../lib/provisioning/provision.ts'
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
import { testClock, testPace } from '../platforms/clock.ts'
import { openTestTable } from '../support/table.ts'

export const demo = connectionId('demo')
export const soc = communityId('demo-soc')
export const day = 86_400
/** A community of Netography's uses these. */
export const netographyCredentials = 'env:NETOSECRET'
const netosecret = JSON.stringify({
  appname: demoApp.appname,
  appkey: demoApp.appkey,
  shortname: demoShortname,
  sharedsecret: demoApp.sharedSecret,
})

const choice = 'then'
const leaving = { [choice]: 'suspend', removeAfter: 30 * day } as unknown as Community['onDeparture']

const roles: readonly RoleDefinition[] = [
  { id: roleId('admin'), kind: 'builtin', name: 'Admin' },
  { id: roleId('analyst'), kind: 'builtin', name: 'Analyst' },
  {
    id: roleId('tier1'),
    kind: 'custom',
    name: 'SOC tier 1',
    contents: {
      description: 'Triage without rule changes',
      permissions: ['SIC_READ_ALERTS', 'SIC_WRITE_ALERTS_COMMENT'],
      intakes: [],
    },
  },
]

export const demoCommunityWith = (url: string, given: Partial<Community> = {}): Community => ({
  id: soc,
  platform: 'sekoia',
  tenant: demoCommunity,
  baseUrl: `${url}/sekoia`,
  credentials: 'env:KEY',
  mode: 'enforce',
  adopt: 'explicit',
  onDeparture: leaving,
  onUnassigned: leaving,
  onConflict: 'priority',
  safety: {
    departures: { fraction: 0.2, floor: 5 },
    revocations: { fraction: 0.2, floor: 5 },
    window: day,
    minimumAdmins: 0,
    requiredAdmins: [],
    whileHeld: 'goOn' as const,
    protected: [],
  },
  requestsPerSecond: 50,
  roles,
  dialect: {},
  ...given,
})

const configurationFor = (community: Community): Configuration => ({
  number: 1,
  webhooks: [],
  connections: [{ id: demo, domains: ['demo.test'] }],
  communities: [community],
  rules: [
    ['analysts', 'SOC-Analysts', 'analyst'],
    ['tier1', 'SOC-Tier1', 'tier1'],
    ['admins', 'SOC-Admins', 'admin'],
  ].map(([id = '', group = '', role = '']) => ({
    id: ruleId(id),
    when: { group: { equals: group } },
    grant: [{ community: community.id, role: roleId(role) }],
  })),
})

/** Who is on the platform and how, by the address's local part: what a person would see there. */
export type Seen = Readonly<Record<string, { readonly status: string; readonly roles: readonly string[] }>>

const written = (write: MemberWrite): Member => {
  if (write.kind !== 'written') throw new Error(`member not written: ${write.kind}`)
  return write.member
}
const groupWritten = (write: GroupWrite): Group => {
  if (write.kind !== 'written') throw new Error(`group not written: ${write.kind}`)
  return write.group
}

/** The identity provider's hand on the directory. */
const createProvider = (directory: Directory, stamp: () => Stamp) => {
  const current = async (member: Member): Promise<Member> => {
    const found = await directory.memberOrTombstone(demo, member.id)
    if (found === undefined) throw new Error('the member is gone')
    return found
  }
  const draftOf = ({ userName, externalId, active, attributes }: Member) => ({
    userName,
    ...(externalId === undefined ? {} : { externalId }),
    active,
    attributes,
  })
  return {
    person: async (name: string, userName = `${name}@demo.test`): Promise<Member> =>
      written(
        await directory.createMember(stamp(), {
          userName,
          externalId: `ext-${userName}`,
          active: true,
          attributes: {
            emails: [{ value: `${name}@demo.test`, type: 'work', primary: true }],
            name: { givenName: name, familyName: 'Demo' },
          },
        }),
      ),
    /** Somebody no platform could know: no e-mail, and a userName that is none. */
    nameless: async (userName: string): Promise<Member> =>
      written(await directory.createMember(stamp(), { userName, active: true, attributes: {} })),
    readdress: async (member: Member, email: string): Promise<Member> => {
      const before = await current(member)
      const attributes = { ...before.attributes, emails: [{ value: email, type: 'work', primary: true }] }
      return written(await directory.updateMember(stamp(), before, { ...draftOf(before), attributes }))
    },
    setActive: async (member: Member, active: boolean): Promise<Member> => {
      const before = await current(member)
      return written(await directory.updateMember(stamp(), before, { ...draftOf(before), active }))
    },
    remove: async (member: Member): Promise<void> => {
      await directory.deleteMember(stamp(), await current(member))
    },
    group: async (displayName: string, members: readonly (Member | Group)[] = []): Promise<Group> =>
      groupWritten(
        await directory.createGroup(
          stamp(),
          { displayName, attributes: {} },
          members.map(({ id }) => id),
        ),
      ),
    change: async (
      group: Group,
      change: {
        readonly add?: readonly (Member | Group)[]
        readonly remove?: readonly (Member | Group)[]
        readonly rename?: string
      },
    ): Promise<void> => {
      const before = await directory.group(demo, groupId(group.id))
      if (before === undefined) throw new Error('the group is gone')
      const { add = [], remove = [], rename } = change
      groupWritten(
        await directory.changeGroup(stamp(), before, {
          ...(rename === undefined ? {} : { draft: { displayName: rename, attributes: {} } }),
          members: { kind: 'delta', add: add.map(({ id }) => id), remove: remove.map(({ id }) => id) },
        }),
      )
    },
    removeGroup: async (group: Group): Promise<void> => {
      const before = await directory.group(demo, groupId(group.id))
      if (before !== undefined) await directory.deleteGroup(stamp(), before)
    },
  }
}

export type BenchOptions = {
  readonly community?: Partial<Community>
  /** Told what each request to the table consumed. */
  readonly onCapacity?: (units: number) => void
  /** Stands between the worker and its ports. */
  readonly wrap?: (deps: Provisioning) => Provisioning
}
export type Bench = Awaited<ReturnType<typeof openBench>>

/** Real engine, real stores, real adapter, real simulator; clock, queue and event bus are the ports' test ends. */
export const openBench = async (options: BenchOptions = {}) => {
  const test = await openTestTable()
  const clock = testClock()
  const simulators: Simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  const { onCapacity } = options
  const table = createTable({
    client: test.client,
    name: test.name,
    clock,
    ids,
    ...(onCapacity === undefined ? {} : { onCapacity }),
  })
  const directory = createDirectory(table)
  const woken: CommunityId[] = []
  const events: OperatorEvent[] = []
  let configuration = configurationFor(demoCommunityWith(simulators.url, options.community))

  const depsFor = (holder: string, at = { table, name: test.name }): Provisioning => ({
    clock,
    ids,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
    directory: at.table === table ? directory : createDirectory(at.table),
    logins: createLoginStore(at.table),
    upkeep: createUpkeep(at.table),
    work: createWorkQueue(at.table),
    wakeUps: {
      wake: async (community) => {
        woken.push(community)
      },
    },
    ownership: createOwnershipStore(at.table),
    outcomes: createOutcomeStore(at.table),
    safety: createSafetyStore(at.table),
    readings: createReadingStore(at.table),
    runs: createRunStore(at.table),
    drift: createDriftStore(at.table),
    quarantine: createQuarantineStore(at.table),
    identity: createStoreIdentity(at.table, { client: test.client, name: at.name }),
    leases: createLeases(at.table, { holder }),
    audit: createAuditLog(at.table),
    pauses: createPauseStore(at.table),
    events: {
      emit: async (event) => {
        events.push(event)
      },
    },
    configuration: async () => configuration,
    platforms: createPlatforms({
      secrets: async (reference) => (reference === netographyCredentials ? netosecret : demoKey),
      pace: testPace(clock),
      clock,
      allowLoopback: true,
      timeout: 1,
      random: () => 0.5,
    }),
    patterns: createPatterns(),
  })
  const deps = (options.wrap ?? ((given) => given))(depsFor('worker'))
  const stamp = (): Stamp => ({
    connection: demo,
    actor: { kind: 'credential', label: 'test' },
    requestId: randomUUID(),
    at: clock.now(),
  })

  const run = (by: Provisioning = deps): Promise<RunReport> =>
    createProvisioner(by).run(soc, later(clock.now(), 600))
  /** Sweep and run, as schedule and queue do, until nothing is due or waiting. */
  const settle = async (): Promise<readonly RunReport[]> => {
    const reports: RunReport[] = []
    for (let turn = 0; turn < 20; turn++) {
      clock.advance(6)
      const { finished, woken: waiting } = await createDispatcher(deps).sweep()
      if (finished === 0 && waiting === 0) return reports
      if (waiting > 0) reports.push(await run())
    }
    throw new Error('does not come to rest')
  }
  const seen = (): Seen => {
    const world = simulators.sekoia.world()
    return Object.fromEntries(
      world.avatars.map((avatar) => {
        const user = world.users.find(({ uuid }) => uuid === avatar.user)
        const held = heldRoles(world, avatar).map(({ name }) => name)
        const status = user?.confirmed === false ? 'pending' : avatar.status
        return [user?.email.split('@')[0] ?? avatar.uuid, { status, roles: [...held].sort() }]
      }),
    )
  }
  /** Everybody who was invited follows the mailed link. */
  const activateAll = (): void => {
    for (const user of simulators.sekoia.world().users)
      if (!user.confirmed) simulators.sekoia.edit({ kind: 'activate', email: user.email })
  }

  const reconcile = async (): Promise<readonly RunReport[]> => {
    await createReconciliation(deps).request()
    return settle()
  }
  return {
    clock,
    deps,
    reconcile,
    runUntil: (deadline: Instant) => createProvisioner(deps).run(soc, deadline),
    later: (seconds: number) => later(clock.now(), seconds),
    desk: createHoldDesk(deps),
    preview: () => previewPlan(deps, soc),
    explain: (member: Member, role?: string) =>
      explainMember(deps, {
        connection: demo,
        subject: { by: 'id', id: member.id },
        ...(role === undefined ? {} : { question: { community: soc, role: roleId(role) } }),
      }),
    depsFor,
    client: test.client,
    /** The identity provider's hand on another directory. */
    providerOver: (other: Directory) => createProvider(other, stamp),
    /** Another table of the same engine. */
    tableNamed: (name: string) => createTable({ client: test.client, name, clock, ids }),
    table,
    /** Absent on another engine than the embedded one. */
    engine: test.engine,
    tableName: test.name,
    requests: test.requests,
    directory,
    provider: createProvider(directory, stamp),
    sekoia: simulators.sekoia,
    netography: simulators.netography,
    events,
    woken,
    run,
    settle,
    seen,
    activateAll,
    explainIn: (connection: ConnectionId, member: Member) =>
      explainMember(deps, { connection, subject: { by: 'id', id: member.id } }),
    configure: (change: (before: Configuration) => Configuration) => {
      configuration = change(configuration)
    },
    history: (): Promise<RemovalHistory> => deps.safety.history(soc, day, clock.now()),
    close: async () => {
      await simulators.close()
      await test.close()
    },
  }
}
