import { expect, it } from 'vitest'
import { samlMappers } from '../../lib/cli/saml-mappers.ts'
import type { Assignments } from '../../lib/core/assignment.ts'
import { communityId, roleId } from '../../lib/core/ids.ts'
import { noRole, roleClaim } from '../../lib/hooks/role-claim.ts'
import { parsed } from './support/reads.ts'

const accountOf = (leaving: string, roles: string) => {
  const configuration = parsed(`version: 1
connections: [{ id: acme, domains: [acme.test], hooks: { okta: { claims: [{ name: role, community: net }] } } }]
communities:
  - id: net
    platform: netography
    tenant: demo
    baseUrl: https://api.netography.com
    credentials: ssm:/rolecall/net
${leaving}
    roles: [${roles}]
rules: []
`)
  const [community] = configuration.communities
  if (community === undefined) throw new Error('no community')
  return { community, mappers: samlMappers(configuration, community) }
}
const given = (role: string): Assignments => ({
  granted: [{ community: communityId('net'), role: roleId(role), because: [] }],
  suppressed: [],
})
const reader = '{ id: reader, builtin: readonly }'

it('somebody without a role is sent a value that no role is called by, whatever the roles are called', () => {
  const plain = '    onDeparture: { then: delete }'
  const named = (...names: readonly string[]) =>
    accountOf(plain, [reader, ...names.map((name, n) => `{ id: c${n}, custom: "${name}" }`)].join(', '))
      .community
  expect(noRole(named())).toBe('none')
  expect(noRole(named('None'))).toBe('no-role')
  expect(noRole(named('NONE', 'no-role', 'rolecall-none'))).toBe('rolecall-no-role')
  expect(roleClaim(named(), undefined, true)).toEqual({ outcome: 'none', values: ['none'] })
  expect(roleClaim(named(), given('gone-from-the-configuration'), false)).toEqual({
    outcome: 'none',
    values: ['none'],
  })
})

it('a role that gives nothing is for anybody without another one', () => {
  const leaving = '    onDeparture: { then: fallbackRole }\n    fallbackRole: gone'
  const { community, mappers } = accountOf(leaving, `${reader}, { id: gone, custom: rolecall_gone }`)
  for (const stranger of [true, false])
    expect(roleClaim(community, undefined, stranger)).toEqual({
      outcome: 'fallback',
      values: ['rolecall_gone'],
    })
  expect(roleClaim(community, given('reader'), false)).toEqual({ outcome: 'role', values: ['readonly'] })
  expect(mappers).not.toHaveProperty('noRole')
})

it('a role that still reads is for those the directory knows, and never for a stranger', () => {
  const leaving =
    '    onDeparture: { then: fallbackRole }\n    fallbackRole: reader\n    departedKeepReadAccess: true'
  const { community, mappers } = accountOf(leaving, reader)
  expect(roleClaim(community, undefined, false)).toEqual({ outcome: 'fallback', values: ['readonly'] })
  expect(roleClaim(community, undefined, true)).toEqual({ outcome: 'none', values: ['none'] })
  expect(mappers).toMatchObject({ noRole: 'none' })
  expect(mappers).not.toHaveProperty('defaultRole')
})
