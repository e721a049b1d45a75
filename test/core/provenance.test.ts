import { describe, expect, test } from 'vitest'
import type { Because, Evidence } from '../../lib/core/assignment.ts'
import type { AuditEntry, AuditEvent } from '../../lib/core/audit.ts'
import { groupId, instant, memberId, ruleId } from '../../lib/core/ids.ts'
import { nestingsBehind, withProvenance } from '../../lib/core/provenance.ts'

const ada = memberId('ada')
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const entry = (n: number, event: AuditEvent): AuditEntry => ({
  at: instant(n * 1000),
  requestId: `request-${n}`,
  actor: { kind: 'credential', label: 'entra' },
  event,
})
const updated = (n: number, ...changed: readonly string[]): AuditEntry =>
  entry(n, { kind: 'memberUpdated', member: ada, changed, active: true })
const joined = (n: number, group: string): AuditEntry =>
  entry(n, { kind: 'groupJoined', member: ada, group: groupId(group) })

/** Newest first, as the store gives it. */
const trail: readonly AuditEntry[] = [
  joined(9, 'other'),
  entry(8, { kind: 'groupLeft', member: ada, group: groupId('soc') }),
  joined(7, 'soc'),
  updated(6, 'displayName'),
  updated(5, enterprise),
  updated(4, 'title'),
  joined(3, 'soc'),
  entry(1, { kind: 'memberCreated', member: ada, changed: ['userName', 'title', 'emails'], active: true }),
]
const from = (evidence: Evidence): string | undefined => {
  const because: Because = { rule: ruleId('r'), source: 'scim', evidence: [evidence], configuration: 1 }
  return withProvenance(because, { trail }).evidence[0]?.from?.requestId
}

describe('the request behind a piece of evidence', () => {
  test('of a group is the latest joining of that very group', () => {
    expect(from({ kind: 'group', id: groupId('soc'), displayName: 'SOC' })).toBe('request-7')
    expect(from({ kind: 'group', id: groupId('never'), displayName: 'N' })).toBeUndefined()
  })

  test('of an attribute is the latest request that changed it', () => {
    expect(from({ kind: 'attribute', path: 'title' })).toBe('request-4')
    expect(from({ kind: 'attribute', path: 'emails.value' })).toBe('request-1')
    expect(from({ kind: 'attribute', path: `${enterprise}:department` })).toBe('request-5')
    expect(from({ kind: 'attribute', path: 'department' })).toBe('request-5')
  })

  test('of an indirect group is the joining of the group the way begins with', () => {
    const soc = { id: groupId('soc'), displayName: 'SOC' }
    const outer = { kind: 'group', id: groupId('outer'), displayName: 'Outer' } as const
    expect(from({ ...outer, through: [soc] })).toBe('request-7')
    expect(from(outer)).toBeUndefined()
  })

  test('of each link is the latest request that put that group into the next', () => {
    const nested = (n: number, group: string, into: string): AuditEntry =>
      entry(n, { kind: 'groupNested', group: groupId(group), into: groupId(into) })
    const step = (id: string) => ({ id: groupId(id), displayName: id })
    const links = [nested(14, 'soc', 'else'), nested(13, 'soc', 'middle'), nested(12, 'soc', 'middle')]
    const because: Because = {
      rule: ruleId('r'),
      source: 'scim',
      evidence: [{ ...step('outer'), kind: 'group', through: [step('soc'), step('middle')] }],
      configuration: 1,
    }
    expect([...nestingsBehind([because, because])]).toEqual([
      ['soc', new Set(['middle'])],
      ['middle', new Set(['outer'])],
    ])
    const [proof] = withProvenance(because, { trail: [...trail, ...links] }).evidence
    if (proof?.kind !== 'group') throw new Error('no group')
    expect(proof.through?.map((one) => one.from?.requestId)).toEqual(['request-13', undefined])
    expect(proof.from?.requestId).toBe('request-7')
  })

  test('of a membership older than the trail is what stands with the membership, and otherwise the trail’s', () => {
    const origin = (n: number) => ({
      at: instant(n),
      requestId: `old-${n}`,
      actor: { kind: 'credential', label: 'okta' } as const,
    })
    const origins = new Map([
      [groupId('never'), origin(1)],
      [groupId('soc'), origin(2)],
    ])
    const asked = (id: string, through: readonly string[] = []): string | undefined => {
      const steps = through.map((one) => ({ id: groupId(one), displayName: one }))
      const way = steps.length === 0 ? {} : { through: steps }
      const evidence: Evidence = { kind: 'group', id: groupId(id), displayName: id, ...way }
      const because: Because = { rule: ruleId('r'), source: 'scim', evidence: [evidence], configuration: 1 }
      return withProvenance(because, { trail, origins }).evidence[0]?.from?.requestId
    }
    expect([asked('never'), asked('outer', ['never']), asked('soc')]).toEqual(['old-1', 'old-1', 'request-7'])
  })

  test('of an absence is nobody', () => {
    expect(from({ kind: 'absence' })).toBeUndefined()
  })
})
