import { expect, test } from 'vitest'
import { parseConfiguration } from '../../lib/config/parse.ts'
import { findingsOf, plain, traits } from './examples.ts'

const withHooks = (...lines: readonly string[]): string =>
  `${plain}webhooks:\n${lines.map((line) => `  - ${line}\n`).join('')}`
const siem =
  '{ id: siem, url: "https://siem.example/in/", secret: "secretsmanager:rolecall/webhooks/siem", events: [plan.held, change.applied] }'

test('webhooks are read as written, and may be left out', () => {
  expect(parseConfiguration(plain, { traits }).configuration.webhooks).toEqual([])
  expect(parseConfiguration(withHooks(siem), { traits }).configuration.webhooks).toEqual([
    {
      id: 'siem',
      url: 'https://siem.example/in/',
      secret: 'secretsmanager:rolecall/webhooks/siem',
      events: ['plan.held', 'change.applied'],
    },
  ])
})

test.each([
  ['an unknown event', siem.replace('plan.held', 'plan.hold'), 'did you mean "plan.held"?'],
  ['an event twice', siem.replace('change.applied', 'plan.held'), 'names "plan.held" twice'],
  ['no event at all', siem.replace('plan.held, change.applied', ''), 'is too short'],
  ['plain http', siem.replace('https:', 'http:'), 'must begin with https://'],
  ['this machine', siem.replace('siem.example', 'localhost'), 'leads to this machine'],
  ['a key in the address', siem.replace('/in/', '/in?key=1'), 'holds a query'],
  ['a password in the address', siem.replace('siem.example', 'a:b@siem.example'), 'holds credentials'],
  [
    'a secret itself',
    siem.replace('secretsmanager:rolecall/webhooks/siem', 'whsec_abc'),
    'does not have the form',
  ],
  ['a platform’s secret', siem.replace('webhooks/siem', 'soc'), 'is not below webhooks/'],
  [
    'a variable on AWS',
    siem.replace('secretsmanager:rolecall/webhooks/siem', 'env:SIEM'),
    'for one machine only',
  ],
  ['an unknown key', siem.replace('id:', 'method: PUT, id:'), 'unknown key "method"'],
])('%s is refused', (_what, line, finding) => {
  const found = findingsOf(withHooks(line))
  expect(found.join('\n')).toContain(finding)
  expect(found.every((one) => one.startsWith('webhooks[0]'))).toBe(true)
  expect(found.join()).not.toContain('whsec_abc')
})

test('the same id, or the same address, stands once', () => {
  const found = findingsOf(withHooks(siem, siem.replace('in/', 'in')))
  expect(found).toEqual([
    expect.stringContaining('webhooks[1].id'),
    expect.stringContaining('webhooks[1].url'),
  ])
})

test('on one machine, loopback and variables are enough', () => {
  const local = '{ id: siem, url: "http://127.0.0.1:9999/in", secret: "env:SIEM_SECRET" }'
  expect(findingsOf(withHooks(local), { traits, local: true })).toEqual([])
  expect(
    findingsOf(withHooks(local.replace('127.0.0.1', 'siem.example')), { traits, local: true }),
  ).toHaveLength(1)
})
