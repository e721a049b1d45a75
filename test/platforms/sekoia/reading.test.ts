import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountOf, instantOf } from '../../../lib/platforms/sekoia/accounts.ts'
import { defaultDialect, dialectOf } from '../../../lib/platforms/sekoia/dialect.ts'
import { platformRoleOf } from '../../../lib/platforms/sekoia/roles.ts'
import type { AvatarShape, RoleShape } from '../../../lib/platforms/sekoia/shapes.ts'
import { sekoiaCommunity } from '../../contract/sekoia.ts'

const avatar: AvatarShape = {
  uuid: 'a1',
  role_uuid: null,
  user: { email: 'Ada@Acme.example', confirmed: true, invitation_v2: null },
  created_at: '2026-01-02T03:04:05.000000+01:00',
  status: 'enabled',
  roles: [],
}

describe('an avatar', () => {
  it('has the address of the user, or else of the invitation, folded', () => {
    expect(accountOf(avatar).email).toBe('ada@acme.example')
    const user = { email: null, confirmed: false, invitation_v2: { email: 'ADA@acme.example ' } }
    for (const email of [null, ''])
      expect(accountOf({ ...avatar, user: { ...user, email } }).email).toBe('ada@acme.example')
    expect(accountOf({ ...avatar, user: { ...user, invitation_v2: null } })).not.toHaveProperty('email')
  })

  it('is pending until the user has confirmed, and says since when', () => {
    const pending = { ...avatar, user: { email: 'ada@acme.example', confirmed: false } }
    expect(accountOf(pending)).toMatchObject({ status: 'pending', invitedAt: '2026-01-02T02:04:05.000Z' })
    expect(accountOf(avatar)).not.toHaveProperty('invitedAt')
    expect(accountOf({ ...pending, status: 'disabled' }).status).toBe('disabled')
  })

  it('without a person behind it is a service account', () => {
    expect(accountOf({ ...avatar, user: null })).toMatchObject({ service: true })
    expect(accountOf(avatar).service).toBe(false)
  })

  it('holds the built-in role once, listed or not', () => {
    const roles = [{ uuid: 'r2' }, { uuid: 'r1' }]
    expect(accountOf({ ...avatar, role_uuid: 'r0', roles }).roles).toEqual(['r0', 'r1', 'r2'])
    expect(accountOf({ ...avatar, role_uuid: 'r1', roles }).roles).toEqual(['r1', 'r2'])
  })

  it('has a time in any of the spellings seen', () => {
    expect(instantOf('2021-06-23 09:13:22.077939')).toBe('2021-06-23T09:13:22.077Z')
    expect(instantOf('2021-06-23T09:13:22Z')).toBe('2021-06-23T09:13:22.000Z')
    expect(instantOf('2021-06-23T09:13:22+02:00')).toBe('2021-06-23T07:13:22.000Z')
    expect(instantOf('yesterday')).toBeUndefined()
  })
})

describe('a role', () => {
  const community = sekoiaCommunity('http://127.0.0.1:1')
  const role: RoleShape = {
    uuid: 'r1',
    name: 'Hand-made',
    community_uuid: community.tenant,
    description: null,
    permissions: [{ name: 'SIC_READ_INCIDENTS' }, { name: 'SIC_READ_ALERTS' }],
    is_restricted: false,
    intake_uuids: [],
  }
  const kindOf = (changes: Partial<RoleShape>) => platformRoleOf({ ...role, ...changes }, community).kind

  it('is built-in without a community, custom with one, and the strictest kind with intakes', () => {
    expect(kindOf({ community_uuid: null })).toBe('builtin')
    expect(kindOf({})).toBe('custom')
    expect(kindOf({ is_restricted: true, intake_uuids: ['i1'] })).toBe('intakeRestricted')
    expect(kindOf({ is_restricted: null, intake_uuids: ['i1'] })).toBe('intakeRestricted')
  })

  it('keeps its configured kind when its contents are ours, so that a hand edit is repaired', () => {
    expect(kindOf({ name: 'EDR Paris' })).toBe('restricted')
    expect(kindOf({ name: 'soc TIER 1', is_restricted: true, intake_uuids: ['i1'] })).toBe('custom')
  })

  it('shows permissions and intakes sorted', () => {
    const shown = platformRoleOf({ ...role, intake_uuids: ['i2', 'i1'] }, community)
    expect(shown.permissions).toEqual(['SIC_READ_ALERTS', 'SIC_READ_INCIDENTS'])
    expect(shown.intakes).toEqual(['i1', 'i2'])
  })

  it.each([
    'COMMUNITY_ADD_MEMBER',
    'COMMUNITY_REMOVE_MEMBER',
    'COMMUNITY_ASSIGN_ROLE',
    'COMMUNITY_WRITE_ROLE',
    'COMMUNITY_WRITE_APIKEY',
  ])('with %s makes an administrator', (name) => {
    expect(platformRoleOf({ ...role, permissions: [{ name }] }, community).admin).toBe(true)
  })

  it('called Admin makes an administrator only when it is the built-in one', () => {
    expect(platformRoleOf({ ...role, name: 'Admin', community_uuid: null }, community).admin).toBe(true)
    expect(platformRoleOf({ ...role, name: 'Admin' }, community).admin).toBe(false)
    expect(platformRoleOf(role, community).admin).toBe(false)
  })
})

describe('the dialect', () => {
  it('is the documented one unless a setting says otherwise', () => {
    expect(dialectOf({})).toEqual(defaultDialect)
    expect(dialectOf({ assignKey: 'uuid', inviteKey: 'emails' })).toEqual({
      ...defaultDialect,
      assignKey: 'uuid',
      inviteKey: 'emails',
    })
  })

  it('refuses settings it does not know', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        fc.pre(!Object.keys(defaultDialect).includes(key) && key !== '__proto__')
        expect(() => dialectOf({ [key]: 'x' })).toThrow(/is unknown/)
      }),
    )
    expect(() => dialectOf({ inviteKey: 'address' })).toThrow(/email or emails/)
    expect(() => dialectOf({ assignKey: 'a b' })).toThrow(/field name/)
  })
})
