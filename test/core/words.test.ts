import { describe, expect, test } from 'vitest'
import { describeHoldReason, describeProblem, describe as inWords } from '../../lib/core/describe.ts'
import { describeUnmanaged, describeWarning } from '../../lib/core/describe-findings.ts'
import { accountId, memberId, platformRoleId, roleId } from '../../lib/core/ids.ts'
import type { Change, Problem, Unmanaged, Warning } from '../../lib/core/plan.ts'
import type { HoldReason } from '../../lib/core/verdict.ts'
import { acme, definitions } from '../support/examples.ts'

const subject = {
  connection: acme,
  member: memberId('ada'),
  email: 'ada@acme.test',
  account: accountId('a-ada'),
}
const [, , , tier1] = definitions
const role = roleId('tier1')
const grant = { role, because: [] }
const repair = {
  id: 'r',
  kind: 'repairRole',
  role: tier1 ?? definitions[0],
  platformRole: platformRoleId('p'),
  contents: { description: '', permissions: [], intakes: [] },
  widens: [] as readonly string[],
  holders: 0,
} as Extract<Change, { kind: 'repairRole' }>

describe('a change in one line', () => {
  test.each<[Change, string]>([
    [repair, 'repair role "Role tier1"'],
    [{ ...repair, formerly: 'Old' }, 'rename role "Old" to "Role tier1"'],
    [
      { ...repair, formerly: 'Old', widens: ['WRITE'] },
      'rename role "Old" to "Role tier1", which gains WRITE',
    ],
    [
      { id: 'd', kind: 'deleteRole', role, name: 'Old', platformRole: platformRoleId('p') },
      'delete role "Old": ours, no longer configured, and nobody holds it',
    ],
    [{ id: 'f', kind: 'forgetRole', role, name: 'Old' }, 'forget that role "Old" was made by us'],
    [{ id: 'g', kind: 'grant', subject, grant, admin: false }, 'give ada@acme.test tier1'],
    [
      {
        id: 'g',
        kind: 'grant',
        subject,
        grant,
        admin: false,
        replaces: { role: roleId('guest'), platformRole: platformRoleId('p') },
      },
      'give ada@acme.test tier1 instead of guest',
    ],
    [
      {
        id: 'g',
        kind: 'grant',
        subject,
        grant,
        admin: false,
        resumes: true,
        replaces: { platformRole: platformRoleId('none') },
      },
      'resume ada@acme.test as tier1',
    ],
    [
      {
        id: 'i',
        kind: 'invite',
        subject,
        givenName: '',
        familyName: '',
        roles: [grant],
        attempt: 1,
        follows: accountId('a-old'),
      },
      'invite ada@acme.test as tier1, in place of account a-old',
    ],
  ])('%#', (change, expected) => expect(inWords(change)).toBe(expected))
})

describe('what an operator has to know names what it is about and what to do', () => {
  test.each<[Problem, readonly string[]]>([
    [
      { kind: 'permissionMissing', role, permission: 'FLY' },
      ['role tier1', '"FLY"', 'correct the configuration'],
    ],
    [
      { kind: 'scopeMissing', role, scope: 'tenant:Paris' },
      ['role tier1', 'tenant:Paris', 'correct the scope'],
    ],
    [{ kind: 'roleNameFixed', role, name: 'New', present: 'Old' }, ['"Old"', '"New"', 'an id of its own']],
    [{ kind: 'roleOfOwnKey', role, name: 'API' }, ['our own key', '"API"', 'by hand']],
    [{ kind: 'fallbackRoleUnfit', role, why: 'missing' }, ['not on the platform', 'create it there']],
    [{ kind: 'fallbackRoleUnfit', role, why: 'grantsAccess' }, ['still lets in', 'departedKeepReadAccess']],
  ])('%#', (problem, parts) => {
    for (const part of parts) expect(describeProblem(problem)).toContain(part)
  })

  test.each<[Warning, readonly string[]]>([
    [
      { kind: 'roleAlias', role, name: 'oc_viewer', used: 'Guest' },
      ['"oc_viewer"', '"Guest"', 'write that name'],
    ],
    [{ kind: 'roleEqualsAdmin', role, by: ['A', 'B'] }, ['role tier1', 'A, B']],
    [{ kind: 'denied', account: subject.account, roleName: 'Technician' }, ['a-ada', '"Technician"']],
    [
      { kind: 'keepsUntilExpiry', account: subject.account, roleName: 'Technician' },
      ['a-ada', '"Technician"', 'until it expires'],
    ],
    [{ kind: 'portalOnly', platformRole: platformRoleId('p'), names: ['NetoDNS'] }, ['role p', 'NetoDNS']],
    [{ kind: 'droppedRoleHeld', role, name: 'Old', holders: 2 }, ['"Old"', '2 accounts', 'it stays']],
  ])('%#', (warning, parts) => {
    for (const part of parts) expect(describeWarning(warning)).toContain(part)
    expect(describeWarning(warning)).not.toContain('@')
  })

  test.each<[HoldReason, string]>([
    [{ kind: 'roleDropped', roles: [role, roleId('edr')] }, 'the configuration no longer knows tier1, edr'],
    [{ kind: 'roleWidened', gains: ['WRITE'], holders: 1 }, 'the role would gain WRITE for 1 holder'],
  ])('%#', (reason, part) => expect(describeHoldReason(reason)).toContain(part))

  test.each<[Unmanaged, string]>([
    [
      { kind: 'account', account: accountId('key:x'), admin: true, service: true },
      'account key:x (administrator, service)',
    ],
    [{ kind: 'account', account: accountId('b'), email: 'b@x.test', admin: false }, 'account b@x.test'],
  ])('%#', (unmanaged, text) => expect(describeUnmanaged(unmanaged)).toBe(text))
})
