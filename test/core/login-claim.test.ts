import { expect, test } from 'vitest'
import type { Connection, SamlSettings } from '../../lib/core/configuration.ts'
import { instant } from '../../lib/core/ids.ts'
import { claimOf, type ShownPerson } from '../../lib/core/login-claim.ts'

const at = instant(Date.UTC(2026, 10, 22, 12))
const formats = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  email: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
} as const
const connection = (saml: Partial<SamlSettings> = {}): Pick<Connection, 'groups' | 'saml'> => ({
  groups: { from: ['saml'], samlAttribute: 'groups', maximumAge: 60 },
  saml: {
    metadata: { kind: 'stored' },
    attributes: {},
    createMembers: false,
    idpInitiated: false,
    returnTo: [],
    wait: 0,
    ...saml,
  },
})
const person = (
  value: string,
  format: keyof typeof formats,
  attributes: ShownPerson['attributes'] = {},
): ShownPerson => ({ issuer: 'https://idp.test', nameId: { value, format: formats[format] }, attributes })
const claim = (saml: Partial<SamlSettings>, shown: ShownPerson) => {
  const claiming = claimOf(connection(saml), shown, at, (text) => `#${text}#`)
  return claiming.kind === 'claim' ? claiming.claim : claiming.code
}

test('a persistent NameID is the identity, together with its issuer, and may be the externalId', () => {
  expect(claim({}, person(' u-1 ', 'persistent', { groups: ['A'] }))).toEqual({
    identity: '#https://idp.test\nu-1#',
    externalIds: ['u-1'],
    statement: { at, groups: { kind: 'present', names: ['A'] }, attributes: {} },
  })
})

test('a NameID that changes at every login identifies nobody', () => {
  expect(claim({}, person('t-1', 'transient'))).toBe('subject.transient')
  expect(claim({}, person(' ', 'persistent'))).toBe('subject.missing')
})

test('a configured attribute identifies instead, and is missed where it has not exactly one value', () => {
  const shown = { oid: ['o-1', ' o-1'], email: ['a@x.test'] }
  expect(claim({ subject: 'oid' }, person('t-1', 'transient', shown))).toMatchObject({
    identity: '#https://idp.test\no-1#',
    externalIds: ['o-1'],
    email: 'a@x.test',
  })
  expect(claim({ subject: 'oid' }, person('u-1', 'persistent', { oid: ['o-1', 'o-2'] }))).toBe(
    'subject.missing',
  )
  expect(claim({ subject: 'oid' }, person('u-1', 'persistent'))).toBe('subject.missing')
})

test('the address is that of the attribute, configured or usual, else of a NameID that is one', () => {
  const shown = { mail: ['a@x.test'], email: ['b@x.test', 'c@x.test'], upn: ['d@x.test'] }
  expect(claim({}, person('e@x.test', 'email', shown))).toMatchObject({ email: 'a@x.test' })
  expect(claim({ email: 'upn' }, person('e@x.test', 'email', shown))).toMatchObject({ email: 'd@x.test' })
  expect(claim({}, person('e@x.test', 'email'))).toMatchObject({ email: 'e@x.test' })
  expect(claim({}, person('e@x.test', 'persistent'))).not.toHaveProperty('email')
})

test('names of a new member come from the usual attributes, or from those that were chosen', () => {
  const shown = { givenName: ['Anna'], sn: ['Berg'], nick: ['Ann'] }
  expect(claim({}, person('u', 'persistent', shown))).toMatchObject({ givenName: 'Anna', familyName: 'Berg' })
  const chosen = claim({ givenName: 'nick', familyName: 'none' }, person('u', 'persistent', shown))
  expect(chosen).toMatchObject({ givenName: 'Ann' })
  expect(chosen).not.toHaveProperty('familyName')
})
