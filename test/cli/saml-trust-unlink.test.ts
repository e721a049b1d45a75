import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry } from '../../lib/core/audit.ts'
import { connectionId, type MemberId } from '../../lib/core/ids.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { type Desk, openDesk } from './command.ts'

const demo = connectionId('demo')
let desk: Desk
let anna: MemberId

beforeAll(async () => {
  desk = await openDesk()
  const pushed = await desk.call('config', 'push', desk.file)
  if (pushed.code !== 0) throw new Error(pushed.error)
  const at = desk.table.clock.now()
  const stamp = {
    connection: demo,
    actor: { kind: 'login', by: 'saml' },
    requestId: randomUUID(),
    at,
  } as const
  const draft = { userName: 'anna@demo.test', active: true, attributes: {} }
  const write = await createDirectory(desk.table).createMember(stamp, draft)
  if (write.kind !== 'written') throw new Error('not written')
  anna = write.member.id
  const login = { connection: demo, member: anna, life: 1, identity: 'f00d', at, attributes: {} }
  await createLoginStore(desk.table).saveLogin(stamp, undefined, login)
})
afterAll(() => desk.close())

const unlinked = (entries: readonly AuditEntry[]) =>
  entries.filter(({ event }) => event.kind === 'identityUnlinked')

test('by name or by id: the identity is forgotten, what was shown stays, and the trail knows who and why', async () => {
  const logins = createLoginStore(desk.table)
  expect((await desk.call('saml', 'unlink', 'anna@demo.test')).error).toContain('--reason "why" is missing')
  expect((await desk.call('saml', 'unlink', 'bert@demo.test', '--reason', 'x')).error).toContain(
    'has no member of that userName',
  )
  expect(await logins.linkedTo(demo, 'f00d')).toBe(anna)
  const done = await desk.call(
    'saml',
    'unlink',
    'anna@demo.test',
    '--reason',
    'account made anew',
    '--by',
    'olive',
  )
  expect(done).toEqual({
    code: 0,
    out: `Member ${anna} is linked to no identity; the next login links one.\n`,
    error: '',
  })
  expect(await logins.linkedTo(demo, 'f00d')).toBeUndefined()
  expect(await logins.login(demo, anna)).toMatchObject({ member: anna, life: 1 })
  const again = await desk.call('saml', 'unlink', anna, '--reason', 'again', '--json')
  expect(JSON.parse(again.out)).toEqual({ connection: 'demo', member: anna, unlinked: false })
  const subject = { kind: 'member', id: anna, connection: demo } as const
  expect(unlinked(await createAuditLog(desk.table).about(subject, 10))).toMatchObject([
    { actor: { kind: 'operator', label: 'olive' }, event: { member: anna, reason: 'account made anew' } },
  ])
})
