import { describe, expect, test } from 'vitest'
import { type AccessInput, accessEntries } from '../../lib/core/access.ts'
import { accountId, roleId } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { HeldChange, HoldReason } from '../../lib/core/verdict.ts'
import type { Outcome } from '../../lib/core/work.ts'
import { acme, assignment, noon, owned, platformId, soc, target } from '../support/examples.ts'

const ada = target('ada', [])
const subject = { connection: acme, member: ada.member, email: ada.email, account: accountId('a-ada') }
const outcome = (state: Outcome['state'], detail = 'as it is'): Outcome => ({
  community: soc,
  connection: acme,
  member: ada.member,
  at: noon,
  state,
  detail,
})
const input = (wanted: readonly string[], more: Partial<AccessInput> = {}): AccessInput => ({
  community: soc,
  granted: wanted.map(assignment),
  ownership: undefined,
  outcome: undefined,
  held: [],
  ...more,
})
const held = (change: Change, reason: HoldReason = { kind: 'protected' }): HeldChange => ({ change, reason })
const statuses = (given: AccessInput) =>
  Object.fromEntries(accessEntries(given).map(({ role, status }) => [role, status]))
const details = (given: AccessInput) => accessEntries(given).map(({ because }) => because.at(-1))

const ofRule = (role: string) =>
  `rule rule-${role} (configuration 1): nothing that speaks against it, pushed by SCIM`

describe('a role that is wanted', () => {
  test('and in place is assigned, and says by which rule', () => {
    const given = input(['tier1'], { ownership: owned('ada', ['tier1']), outcome: outcome('assigned') })
    expect(accessEntries(given)).toEqual([
      { community: soc, role: 'tier1', status: 'assigned', because: [ofRule('tier1')] },
    ])
  })

  test('and not there yet is pending, whatever an earlier outcome said of others', () => {
    expect(accessEntries(input(['tier1']))).toEqual([
      {
        community: soc,
        role: 'tier1',
        status: 'pending',
        because: [ofRule('tier1'), 'not carried out yet'],
        detail: 'not carried out yet',
      },
    ])
    const more = { ownership: owned('ada', ['tier1']), outcome: outcome('assigned') }
    expect(statuses(input(['tier1', 'tier2'], more))).toEqual({ tier1: 'assigned', tier2: 'pending' })
  })

  test('and only announced to the platform is pending', () => {
    const [grant] = owned('ada', ['tier1']).grants
    const grants = grant === undefined ? [] : [{ ...grant, unconfirmed: true } as const]
    expect(statuses(input(['tier1'], { ownership: owned('ada', [], { grants }) }))).toEqual({
      tier1: 'pending',
    })
  })

  test('is shown no more where the suspension took it, and waits where it is wanted again', () => {
    const [grant] = owned('ada', ['tier1']).grants
    const grants = grant === undefined ? [] : [{ ...grant, unconfirmed: true } as const]
    const stripped = owned('ada', [], { grants, suspended: { at: noon, reason: 'departed' } })
    expect(accessEntries(input([], { ownership: stripped }))).toEqual([])
    expect(statuses(input(['tier1'], { ownership: stripped }))).toEqual({ tier1: 'pending' })
  })

  test('waits for the person to accept, or for what the mode withholds', () => {
    const given = input(['tier1'], {
      ownership: owned('ada', ['tier1']),
      outcome: outcome('pending', 'invited'),
    })
    expect(statuses(given)).toEqual({ tier1: 'pending' })
    expect(details(given)).toEqual(['invited'])
    const withheld = input(['tier2'], { outcome: outcome('pending', 'withheld') })
    expect(details(withheld)).toEqual(['withheld'])
  })

  test('on an account we suspended is pending', () => {
    const suspended = { at: noon, reason: 'unassigned' } as const
    const given = input(['tier1'], { ownership: owned('ada', ['tier1'], { suspended }) })
    expect(statuses(given)).toEqual({ tier1: 'pending' })
    expect(details(given)).toEqual([`the account is suspended since ${noon} (unassigned)`])
  })

  test('failed when its change did; what was in place before stays assigned', () => {
    const given = input(['tier1', 'tier2'], {
      ownership: owned('ada', ['tier1']),
      outcome: outcome('failed', 'platformRefused; tried again later'),
    })
    expect(statuses(given)).toEqual({ tier1: 'assigned', tier2: 'failed' })
    expect(details(given)).toEqual([ofRule('tier1'), 'platformRefused; tried again later'])
  })

  test('failed when nothing is left to do and the account is still not as it should be', () => {
    const given = input(['tier1'], {
      ownership: owned('ada', ['tier1']),
      outcome: outcome('failed', 'disabled by others'),
    })
    expect(statuses(given)).toEqual({ tier1: 'failed' })
  })
})

describe('what is held', () => {
  const grant: Change = {
    id: 'grant',
    kind: 'grant',
    subject,
    grant: { role: roleId('tier2'), because: [] },
    admin: false,
  }
  const revoke: Change = {
    id: 'revoke',
    kind: 'revoke',
    subject,
    role: roleId('tier1'),
    platformRole: platformId('tier1'),
    replaced: false,
  }
  test('is held, the other roles are as they are', () => {
    const more = { ownership: owned('ada', ['tier1']), outcome: outcome('held'), held: [held(grant)] }
    const given = input(['tier1', 'tier2'], more)
    expect(statuses(given)).toEqual({ tier1: 'assigned', tier2: 'held' })
    expect(details(given)).toEqual([ofRule('tier1'), 'the account is protected'])
  })

  test('a role that stays because its revocation is held', () => {
    const given = input(['tier2'], {
      ownership: owned('ada', ['tier1', 'tier2']),
      outcome: outcome('held'),
      held: [held(revoke, { kind: 'rejected' })],
    })
    expect(statuses(given)).toEqual({ tier1: 'held', tier2: 'assigned' })
    expect(details(given)).toContain('rejected by an operator')
  })

  test('a change of the account holds every role on it', () => {
    const suspend: Change = { id: 'suspend', kind: 'suspend', subject, reason: 'departed' }
    const more = { ownership: owned('ada', ['tier1', 'edr']), outcome: outcome('held') }
    expect(statuses(input([], { ...more, held: [held(suspend)] }))).toEqual({ tier1: 'held', edr: 'held' })
  })

  test('approved meanwhile is pending again', () => {
    expect(statuses(input(['tier1'], { outcome: outcome('held') }))).toEqual({ tier1: 'pending' })
  })
})

describe('a role that is no longer wanted', () => {
  test('is assigned until it is taken away', () => {
    const given = input([], { ownership: owned('ada', ['tier1']), outcome: outcome('assigned') })
    expect(statuses(given)).toEqual({ tier1: 'assigned' })
    expect(details(given)).toEqual(['no rule grants it any longer'])
    expect(accessEntries(given)).toMatchObject([{ detail: 'no rule grants it any longer', leaving: true }])
  })

  test('failed when it could not be taken away', () => {
    const more = { ownership: owned('ada', ['tier1', 'tier2']), outcome: outcome('failed') }
    expect(statuses(input(['tier2'], more))).toEqual({ tier1: 'failed', tier2: 'assigned' })
    const leaving = accessEntries(input(['tier2'], more)).map(({ role, leaving }) => [role, leaving === true])
    expect(leaving).toEqual([
      ['tier2', false],
      ['tier1', true],
    ])
  })

  test('of somebody suspended says so', () => {
    const suspended = { at: noon, reason: 'departed' } as const
    const given = input([], {
      ownership: owned('ada', ['tier1'], { suspended }),
      outcome: outcome('none'),
    })
    expect(details(given)).toEqual([`the account is suspended since ${noon} (departed)`])
  })
})
