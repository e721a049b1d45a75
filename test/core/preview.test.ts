import { expect, test } from 'vitest'
import type { Assignments } from '../../lib/core/assignment.ts'
import { differencesOf } from '../../lib/core/assignment-difference.ts'
import type { Configuration, Connection } from '../../lib/core/configuration.ts'
import { communityId, connectionId, instant, memberId, roleId, ruleId } from '../../lib/core/ids.ts'
import type { Login } from '../../lib/core/login.ts'
import { statementOf } from '../../lib/core/login-statement.ts'
import { messageText } from '../../lib/core/preview-message-text.ts'
import { durationText, previewStatement } from '../../lib/core/preview-statement.ts'
import { createReplay } from '../../lib/core/replay.ts'

const [soc, net] = [communityId('soc'), communityId('net')]
const at = instant(Date.UTC(2026, 10, 22))
const connection: Connection = {
  id: connectionId('acme'),
  domains: [],
  groups: { from: ['saml'], samlAttribute: 'groups', maximumAge: 30 * 86_400 },
}
const configuration: Configuration = {
  number: 1,
  connections: [connection],
  communities: [],
  rules: [],
  webhooks: [],
}
const given = (community: typeof soc, ...roles: readonly string[]): readonly [typeof soc, Assignments] => [
  community,
  {
    granted: roles.map((role) => ({
      community,
      role: roleId(role),
      because: [{ rule: ruleId('r'), source: 'sso', evidence: [], configuration: 1 }],
    })),
    suppressed: [],
  },
]
const roles = (list: readonly { readonly role: string }[]) => list.map(({ role }) => role)

test('what is added, kept and taken is told apart in every community that either side knows', () => {
  const found = differencesOf(
    new Map([given(soc, 'a', 'b'), given(net, 'x')]),
    new Map([given(soc, 'b', 'c')]),
  )
  expect(found.map((one) => [one.community, roles(one.added), roles(one.kept), roles(one.taken)])).toEqual([
    [soc, ['c'], ['b'], ['a']],
    [net, [], [], ['x']],
  ])
})

test('a replay counts who comes in, who has no role left, and each role', () => {
  const replay = createReplay(configuration, configuration)
  const person = (id: string) => ({ connection: connection.id, id: memberId(id) })
  expect(replay.add(person('same'), new Map([given(soc, 'a')]), new Map([given(soc, 'a')]))).toBeUndefined()
  expect(replay.add(person('in'), new Map(), new Map([given(soc, 'a')]))).toMatchObject({
    member: 'in',
    loses: [],
  })
  expect(replay.add(person('out'), new Map([given(soc, 'a')]), new Map())).toMatchObject({ gains: [] })
  replay.add(person('other'), new Map([given(soc, 'a')]), new Map([given(soc, 'b')]))
  expect(replay.summary()).toMatchObject({
    members: 4,
    changed: 3,
    communities: [{ community: soc, joining: 1, leaving: 1 }],
    roles: [
      { role: 'a', gain: 1, lose: 2, keep: 1 },
      { role: 'b', gain: 1, lose: 0, keep: 0 },
    ],
  })
})

const meaning = (attributes: Record<string, readonly string[]>, earlier?: Login): string => {
  const statement = statementOf(connection, attributes, at)
  const patterns = { regex: () => () => false }
  const input = { configuration, connection, statement, attributes, earlier, pushed: [], patterns }
  return previewStatement(input).groups.meaning
}

test('only a group attribute that is there takes anything, and the words say so', () => {
  const earlier: Login = {
    connection: connection.id,
    member: memberId('m'),
    life: 1,
    at,
    groups: { at, values: ['A', 'B'] },
    attributes: {},
  }
  expect(meaning({ groups: ['A'] })).toBe('these replace what earlier logins showed, and count for 30d')
  expect(meaning({ groups: [] })).toMatch(/in no group any longer/)
  expect(meaning({}, earlier)).toMatch(
    /nothing is taken: the 2 of the login of 2026-11-22T.* until they are 30d old/,
  )
  expect(meaning({ 'groups.link': [] })).toMatch(/nothing is taken: no earlier login showed any/)
})

test('durations are said in the largest unit that fits', () => {
  expect([86_400, 5_400, 3_600, 61].map(durationText)).toEqual(['1d', '90m', '1h', '61s'])
})

test('an assertion that is looked at never passes for a login', () => {
  expect(messageText({ signature: 'notChecked' }, false)).toMatch(
    /signature not checked.*its times.*were not judged/,
  )
  expect(messageText({ signature: 'valid', refusedFor: 'audience' }, true)).toMatch(
    /would be refused \(audience\)/,
  )
  expect(messageText({ signature: 'invalid', refusedFor: 'sig.invalid' }, true)).toMatch(/NOT valid/)
})
