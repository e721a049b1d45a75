import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditEntry, AuditEvent } from '../../lib/core/audit.ts'
import { groupId, later, roleId } from '../../lib/core/ids.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createMembershipOrigins } from '../../lib/store/membership-origins.ts'
import { createTestClock, firstOfMay as now } from '../support/clock.ts'
import { freshCommunity, freshConnection, freshMember, type Opened, openStore } from './opened.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const connection = freshConnection()
const entry = (event: AuditEvent, seconds = 0, requestId = 'request-1'): AuditEntry => ({
  at: later(now, seconds),
  requestId,
  actor: { kind: 'system', part: 'provision' },
  connection,
  event,
})

it('finds a change under its community and its member, newest first', async () => {
  const log = createAuditLog(opened.table)
  const [community, member] = [freshCommunity(), freshMember()]
  const applied = (seconds: number) =>
    entry(
      {
        kind: 'changeApplied',
        community,
        change: `grant/${seconds}`,
        member,
        rolesBefore: [],
        rolesAfter: [roleId('viewer')],
        because: ['soc'],
      },
      seconds,
    )
  const created = entry({ kind: 'memberCreated', member, changed: ['userName'], active: true }, -1)
  const entries = [created, ...[0, 1, 2].map(applied)]
  await log.append(entries)
  expect(await log.about({ kind: 'member', id: member, connection }, 10)).toEqual([...entries].reverse())
  expect(await log.about({ kind: 'community', id: community }, 2)).toEqual([applied(2), applied(1)])
  expect(await log.about({ kind: 'member', id: member, connection: freshConnection() }, 10)).toEqual([])
})

it('overwrites no entry of the same request, moment and subject', async () => {
  const log = createAuditLog(opened.table)
  const group = groupId('g-1')
  const same = entry({ kind: 'groupUpdated', group, changed: ['displayName'] })
  await log.append([same, same])
  await Promise.all([log.append([same]), createAuditLog(opened.another()).append([same])])
  expect(await log.about({ kind: 'group', id: group, connection }, 10)).toEqual([same, same, same, same])
})

it('leads from an old name as long as the trail is kept', async () => {
  const clock = createTestClock()
  const directory = createDirectory({ ...opened.another(clock), auditKeptFor: 3600 })
  const actor = { kind: 'credential', label: 'okta' } as const
  const stamp = () => ({ connection, actor, requestId: 'rename', at: clock.now() })
  const named = (userName: string) => ({ userName, active: true, attributes: {} })
  const created = await directory.createMember(stamp(), named('maiden@acme.example'))
  if (created.kind !== 'written') throw new Error(created.kind)
  const renamed = await directory.updateMember(stamp(), created.member, named('married@acme.example'))
  if (renamed.kind !== 'written') throw new Error(renamed.kind)
  const former = () =>
    directory.findMembers(connection, { by: 'formerUserName', value: 'maiden@acme.example' })
  clock.advance(3599)
  expect(await former()).toEqual([renamed.member])
  clock.advance(1)
  expect(await former()).toEqual([])
})

it('forgets after the configured time, deleted or not', async () => {
  const clock = createTestClock()
  const log = createAuditLog({ ...opened.another(clock), auditKeptFor: 3600 })
  const community = freshCommunity()
  const held = (seconds: number) => entry({ kind: 'held', community, digest: 'd', changes: 3 }, seconds)
  await log.append([held(0), held(10)])
  clock.setTo(later(now, 3605))
  expect(await log.about({ kind: 'community', id: community }, 10)).toEqual([held(10)])
  clock.setTo(later(now, 3610))
  expect(await log.about({ kind: 'community', id: community }, 10)).toEqual([])
})

it('what stands in the transaction of a change is kept as long as everything else', async () => {
  const clock = createTestClock()
  const table = { ...opened.another(clock), auditKeptFor: 3600 }
  const [directory, log] = [createDirectory(table), createAuditLog(table)]
  const stamp = { connection, actor: { kind: 'credential', label: 'okta' }, requestId: 'r', at: now } as const
  const person = { userName: 'kept@acme.example', active: true, attributes: {} }
  const write = await directory.createMember(stamp, person)
  if (write.kind !== 'written') throw new Error('not written')
  await directory.createGroup(stamp, { displayName: 'Kept', attributes: {} }, [write.member.id])
  const trail = () => log.about({ kind: 'member', id: write.member.id, connection }, 10)
  clock.setTo(later(now, 3599))
  expect((await trail()).map(({ event }) => event.kind)).toContain('memberCreated')
  clock.setTo(later(now, 3600))
  expect(await trail()).toEqual([])
  // The membership names its request for as long as it lasts.
  const [group] = await directory.groupsWith(connection, write.member.id)
  const joined = await createMembershipOrigins(table).joinedBy(connection, write.member.id, [
    groupId('another'),
    group?.id ?? groupId(''),
  ])
  expect([...joined]).toEqual([[group?.id, { at: now, requestId: 'r', actor: stamp.actor }]])
})

it('is read page by page, and up to a moment', async () => {
  const log = createAuditLog(opened.table)
  const community = freshCommunity()
  const entries = [0, 1, 2, 3, 4].map((second) =>
    entry({ kind: 'held', community, digest: `d${second}`, changes: 1 }, second),
  )
  await log.append(entries)
  const subject = { kind: 'community', id: community } as const
  const first = await log.page(subject, { limit: 2 })
  expect(first.items).toEqual([entries[4], entries[3]])
  const after = first.next ?? 'no next page'
  expect((await log.page(subject, { limit: 2, after })).items).toEqual([entries[2], entries[1]])
  const early = await log.page(subject, { limit: 9, until: later(now, 2) })
  expect(early).toEqual({ items: [entries[2], entries[1], entries[0]] })
  const rest = await log.page(subject, { limit: 9, until: later(now, 4), after })
  expect(rest.items).toEqual([entries[2], entries[1], entries[0]])
})
