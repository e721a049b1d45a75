import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import { acceptLogin } from '../../lib/provisioning/login-accept.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { communities, oktaEvent, patchesOf } from './support/examples.ts'
import { linkedBySaml, readsOver } from './support/reads.ts'
import { acme, type HookStage, openHooks } from './support/stage.ts'

/** Okta's groups and attributes count as a login: the rules see them beside what SCIM pushed. */
const configuration = `version: 1
connections:
  - id: acme
    domains: [acme.test]
    groups: { from: [scim, saml], samlAttribute: groups }
    saml: { metadata: stored, createMembers: true, attributes: { division: "urn:division" } }
    hooks: { okta: { claims: [{ name: role, community: net }] } }
${communities}rules:
  - { id: bosses, when: { group: { equals: Bosses } }, grant: [{ community: net, role: boss }] }
  - { id: operators, when: { group: { equals: Operators } }, grant: [{ community: net, role: operator }] }
  - { id: readers, when: { any: [{ group: { equals: Readers } }, { attribute: division, equals: North }] }, grant: [{ community: net, role: reader }] }
`
const path = '/acme/hooks/okta'
let stage: HookStage
beforeAll(async () => {
  stage = await openHooks(configuration)
})
afterAll(() => stage.close())

let people = 0
const someone = async (more: { readonly externalId?: string } = {}): Promise<Member> => {
  people += 1
  return stage.person(`p${people}@acme.test`, more)
}
type Claims = Readonly<Record<string, readonly unknown[]>>
const role = async (member: Member, claims: Claims, id = '00u1'): Promise<string | undefined> => {
  const { status, body } = await stage.call({
    path,
    body: oktaEvent({ id, login: member.userName }, claims),
  })
  expect(status).toBe(200)
  return patchesOf(body)[0]?.[2].join()
}
const recordOf = (member: Member) => createLoginStore(stage.table).login(acme, member.id)

describe('what Okta shows while it builds an assertion', () => {
  it('gives a role at once, replaces what it showed before, and is kept', async () => {
    const member = await someone()
    expect(await role(member, { groups: ['Bosses', 'Others'] })).toBe('admin')
    expect(await recordOf(member)).toMatchObject({ groups: { values: ['Bosses', 'Others'] } })
    expect(await recordOf(member)).not.toHaveProperty('identity')
    expect(await role(member, { groups: [' Readers '] })).toBe('readonly')
    expect(await role(member, { groups: [] })).toBe('none')
  })

  it('takes nothing away where it says nothing of groups, or does not say all of them', async () => {
    const member = await someone()
    await role(member, { groups: ['Operators'] })
    expect(await role(member, {})).toBe('operational_manager')
    expect(await role(member, { other: ['Readers'] })).toBe('operational_manager')
    const many = Array.from({ length: 1001 }, (_, n) => `g${n}`)
    expect(await role(member, { groups: many })).toBe('operational_manager')
    expect(await role(member, { groups: ['Readers'], 'groups.link': ['https://x.test'] })).toBe(
      'operational_manager',
    )
  })

  it('never takes away what SCIM pushed', async () => {
    const member = await someone()
    await stage.team('Operators', member)
    expect(await role(member, { groups: ['Readers'] })).toBe('operational_manager')
    expect(await role(member, { groups: [] })).toBe('operational_manager')
  })

  it('counts by attribute, too', async () => {
    const member = await someone()
    expect(await role(member, { 'urn:division': ['North'] })).toBe('readonly')
    expect(await recordOf(member)).toMatchObject({ attributes: { division: { values: ['North'] } } })
    expect(await role(member, { 'urn:division': ['South'] })).toBe('none')
  })

  // What another engine is asked for cannot be seen.
  it.runIf(process.env.DYNAMODB_ENDPOINT === undefined)(
    'makes the member due and stands in the trail, both once',
    async () => {
      const member = await someone()
      const before = stage.test.requests.length
      await role(member, { groups: ['Operators'] })
      const written = JSON.stringify(stage.test.requests.slice(before))
      expect(written).toContain('DUE#')
      expect(written).toContain('loginShown')
      const then = stage.test.requests.length
      await role(member, { groups: ['Operators'] })
      const operations = stage.test.requests.slice(then).map(({ operation }) => operation)
      expect(operations.filter((one) => !['GetItem', 'BatchGetItem', 'Query'].includes(one))).toEqual([])
    },
  )

  it('is found by externalId although a login by SAML linked another identity', async () => {
    const member = await someone({ externalId: '00uLinked0000000000a' })
    const reads = readsOver(stage, configuration)
    const accepted = await acceptLogin(
      reads,
      {
        connection: acme,
        actor: { kind: 'login', by: 'saml' },
        requestId: 'r',
        at: reads.clock.now(),
      },
      {
        identity: 'a'.repeat(64),
        externalIds: ['00uLinked0000000000a'],
        statement: { at: reads.clock.now(), groups: { kind: 'absent' }, attributes: {} },
      },
    )
    expect(accepted.kind).toBe('in')
    expect(await role(member, { groups: ['Operators'] }, '00uLinked0000000000a')).toBe('operational_manager')
    expect(await recordOf(member)).toMatchObject({
      identity: 'a'.repeat(64),
      groups: { values: ['Operators'] },
    })
  })

  it.each([
    ['without an externalId', {}, 'b'],
    ['with one of another kind', { externalId: 'personnel-7' }, 'd'],
  ])(
    'gives nothing and keeps nothing of somebody %s whom a login by SAML linked and Okta knows by address only',
    async (_, more, identity) => {
      const member = await someone(more)
      await stage.team('Readers', member)
      expect(await role(member, {})).toBe('readonly')
      await linkedBySaml(readsOver(stage, configuration), member, identity.repeat(64))
      expect(await role(member, { groups: ['Bosses'] })).toBe('none')
      expect(await role(member, {})).toBe('none')
      expect(await recordOf(member)).not.toHaveProperty('groups')
    },
  )

  it('creates nobody and brings nobody back', async () => {
    const stranger = { ...(await someone()), userName: 'nobody@acme.test' }
    expect(await role(stranger, { groups: ['Bosses'] })).toBe('none')
    expect(await stage.directory.findMembers(acme, { by: 'userName', value: 'nobody@acme.test' })).toEqual([])
    const gone = await stage.person('gone@acme.test', { active: false })
    expect(await role(gone, { groups: ['Bosses'] })).toBe('none')
    expect(await recordOf(gone)).toBeUndefined()
  })

  it('gives nothing to whom a login created: they are linked from the beginning', async () => {
    const reads = readsOver(stage, configuration)
    const stamp = {
      connection: acme,
      actor: { kind: 'login', by: 'saml' },
      requestId: 'r',
      at: reads.clock.now(),
    } as const
    const accepted = await acceptLogin(reads, stamp, {
      identity: 'c'.repeat(64),
      externalIds: ['00uJit00000000000000'],
      email: 'jit@acme.test',
      statement: {
        at: reads.clock.now(),
        groups: { kind: 'present', names: ['Bosses', 'Readers'] },
        attributes: {},
      },
    })
    if (accepted.kind !== 'in') throw new Error(accepted.code)
    expect(accepted.created).toBe(true)
    expect(await role(accepted.member, {})).toBe('none')
  })
})
