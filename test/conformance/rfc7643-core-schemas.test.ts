import { describe, expect, it } from 'vitest'
import { enterpriseUrn, group, groupUrn, type Json, user, userUrn } from '../scim/support/service.ts'
import { base, expectError, found, list, made, nobody, patched, reread, useScim } from './support.ts'

const open = useScim()

describe('RFC 7643 §4.1.1 single-valued attributes of a User', () => {
  it('userName is required, and not empty', async () => {
    expectError(await open().post('/Users', { schemas: [userUrn] }), 400, 'invalidValue')
    expectError(await open().post('/Users', user('')), 400, 'invalidValue')
  })
  it('userName is unique over the service provider, in any case', async () => {
    await made(open(), '/Users', user('BJensen@acme.test'))
    expectError(await open().post('/Users', user('bjensen@ACME.test')), 409, 'uniqueness')
  })
  it('userName comes back as sent', async () => {
    expect((await made(open(), '/Users', user('MixedCase@acme.test'))).userName).toBe('MixedCase@acme.test')
  })
  it('all single-valued attributes round trip', async () => {
    const attributes = {
      name: {
        formatted: 'Ms. Barbara J Jensen, III',
        familyName: 'Jensen',
        givenName: 'Barbara',
        middleName: 'Jane',
        honorificPrefix: 'Ms.',
        honorificSuffix: 'III',
      },
      displayName: 'Babs Jensen',
      nickName: 'Babs',
      profileUrl: 'https://login.example.com/bjensen',
      title: 'Tour Guide',
      userType: 'Employee',
      preferredLanguage: 'en-US',
      locale: 'en-US',
      timezone: 'America/Los_Angeles',
      active: true,
    }
    const { id } = await made(open(), '/Users', user('single@acme.test', attributes))
    expect(await reread(open(), `/Users/${id}`)).toMatchObject(attributes)
  })
  it('password is taken, never returned, never searchable', async () => {
    const { id, ...body } = await made(open(), '/Users', user('pw@acme.test', { password: 't1meMa$heen' }))
    expect(body.password).toBeUndefined()
    const asked = await open().get(`/Users/${id}?attributes=password,userName`)
    expect(asked.body).toMatchObject({ userName: 'pw@acme.test' })
    expect(asked.text).not.toContain('t1meMa$heen')
    const reply = await open().get('/Users?filter=password%20eq%20%22t1meMa%24heen%22')
    expect(reply.text).not.toContain('pw@acme.test')
  })
  it('password can be replaced without being shown', async () => {
    const { id } = await made(open(), '/Users', user('pw2@acme.test'))
    const after = await patched(open(), `/Users/${id}`, {
      op: 'replace',
      path: 'password',
      value: 'n3w$ecret',
    })
    expect(JSON.stringify(after)).not.toContain('n3w$ecret')
  })
})

describe('RFC 7643 §4.1.2 multi-valued attributes of a User', () => {
  it('all multi-valued attributes round trip', async () => {
    const attributes = {
      emails: [{ value: 'bjensen@example.com', type: 'work', primary: true }],
      phoneNumbers: [{ value: 'tel:+1-201-555-0123', type: 'mobile' }],
      ims: [{ value: 'someaimhandle', type: 'aim' }],
      photos: [{ value: 'https://photos.example.com/72930.jpg', type: 'photo' }],
      addresses: [
        {
          formatted: '100 Universal City Plaza\nHollywood, CA 91608 USA',
          streetAddress: '100 Universal City Plaza',
          locality: 'Hollywood',
          region: 'CA',
          postalCode: '91608',
          country: 'US',
          type: 'work',
          primary: true,
        },
      ],
      entitlements: [{ value: 'e-1' }],
      roles: [{ value: 'r-1', type: 'free', primary: true }],
      x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkG' }],
    }
    const { id } = await made(open(), '/Users', user('lists@acme.test', attributes))
    expect(await reread(open(), `/Users/${id}`)).toMatchObject(attributes)
  })
  it('groups is read-only: what a client sends is ignored', async () => {
    const body = await made(open(), '/Users', user('nogroups@acme.test', { groups: [{ value: 'admins' }] }))
    expect(body.groups).toBeUndefined()
    expect(await found(open(), '/Groups', 'displayName eq "admins"', 'id')).toEqual([])
  })
  it('groups shows direct memberships with value, $ref, display and type', async () => {
    const { id } = await made(open(), '/Users', user('ingroup@acme.test'))
    const { id: groupId } = await made(open(), '/Groups', group('Tour Guides', [String(id)]))
    expect((await reread(open(), `/Users/${id}`)).groups).toEqual([
      { value: groupId, $ref: `${base}/Groups/${groupId}`, display: 'Tour Guides', type: 'direct' },
    ])
  })
  it('groups shows memberships through another group as indirect', async () => {
    const { id } = await made(open(), '/Users', user('nested@acme.test'))
    const { id: inner } = await made(open(), '/Groups', group('Inner', [String(id)]))
    const { id: outer } = await made(open(), '/Groups', group('Outer', [String(inner)]))
    const groups = list((await reread(open(), `/Users/${id}`)).groups)
    expect(groups.map(({ value, type }) => ({ value, type }))).toEqual([
      { value: inner, type: 'direct' },
      { value: outer, type: 'indirect' },
    ])
  })
})

describe('RFC 7643 §4.2 Group', () => {
  it('displayName is required, and not empty', async () => {
    expectError(await open().post('/Groups', { schemas: [groupUrn] }), 400, 'invalidValue')
    expectError(await open().post('/Groups', group('')), 400, 'invalidValue')
  })
  it('members carry value, $ref and type', async () => {
    const { id } = await made(open(), '/Users', user('member@acme.test'))
    const body = await made(open(), '/Groups', group('Shown', [String(id)]))
    expect(list(body.members)).toMatchObject([{ value: id, $ref: `${base}/Users/${id}`, type: 'User' }])
  })
  it('members can be Groups', async () => {
    const { id } = await made(open(), '/Groups', group('Part'))
    const body = await made(open(), '/Groups', group('Whole', [String(id)]))
    expect(list(body.members)).toMatchObject([{ value: id, $ref: `${base}/Groups/${id}`, type: 'Group' }])
  })
  it('members are immutable: a sub-attribute of a membership cannot be changed', async () => {
    const { id: a } = await made(open(), '/Users', user('immutable-a@acme.test'))
    const { id: b } = await made(open(), '/Users', user('immutable-b@acme.test'))
    const { id } = await made(open(), '/Groups', group('Immutable', [String(a)]))
    const operation = { op: 'replace', path: `members[value eq "${a}"].value`, value: b }
    expectError(await open().patch(`/Groups/${id}`, operation), 400, 'mutability')
    expect(list((await reread(open(), `/Groups/${id}`)).members).map((each) => each.value)).toEqual([a])
  })
  it('a member that does not exist is refused', async () => {
    expectError(await open().post('/Groups', group('Ghosts', [nobody])), 400, 'invalidValue')
  })
  it('a member that is deleted leaves its groups', async () => {
    const { id: a } = await made(open(), '/Users', user('leaving@acme.test'))
    const { id: b } = await made(open(), '/Users', user('staying@acme.test'))
    const { id } = await made(open(), '/Groups', group('Leaving', [String(a), String(b)]))
    await open().remove(`/Users/${a}`)
    expect(list((await reread(open(), `/Groups/${id}`)).members).map((each) => each.value)).toEqual([b])
  })
})

describe('RFC 7643 §4.3 enterprise extension', () => {
  const enterprise = {
    employeeNumber: '701984',
    costCenter: '4130',
    organization: 'Universal Studios',
    division: 'Theme Park',
    department: 'Tour Operations',
  }
  it('all attributes round trip', async () => {
    const body = { ...user('ent@acme.test'), schemas: [userUrn, enterpriseUrn], [enterpriseUrn]: enterprise }
    const { id } = await made(open(), '/Users', body)
    expect((await reread(open(), `/Users/${id}`))[enterpriseUrn]).toEqual(enterprise)
  })
  it('manager holds the id of another User; its displayName is read-only', async () => {
    const { id: boss } = await made(open(), '/Users', user('boss@acme.test', { displayName: 'The Boss' }))
    const manager = { value: boss, $ref: `${base}/Users/${boss}`, displayName: 'somebody else' }
    const body = {
      ...user('report@acme.test'),
      schemas: [userUrn, enterpriseUrn],
      [enterpriseUrn]: { manager },
    }
    const { id } = await made(open(), '/Users', body)
    const shown = (await reread(open(), `/Users/${id}`))[enterpriseUrn] as Json
    expect(shown.manager).toMatchObject({ value: boss })
    expect((shown.manager as Json).displayName).not.toBe('somebody else')
  })
})

describe('RFC 7643 §8 JSON representation: the examples of the RFC are accepted', () => {
  it('§8.2 full User', async () => {
    const body = await made(open(), '/Users', {
      schemas: [userUrn],
      id: '2819c223-7f76-453a-919d-413861904646',
      externalId: '701984',
      userName: 'bjensen@example.com',
      name: { formatted: 'Ms. Barbara J Jensen, III', familyName: 'Jensen', givenName: 'Barbara' },
      emails: [
        { value: 'bjensen@example.com', type: 'work', primary: true },
        { value: 'babs@jensen.org', type: 'home' },
      ],
      ims: [{ value: 'someaimhandle', type: 'aim' }],
      groups: [{ value: 'e9e30dba-f08f-4109-8486-d5c6a331660a', display: 'Tour Guides' }],
      active: true,
      meta: { resourceType: 'User', created: '2010-01-23T04:56:22Z', version: 'W/"a330bc54f0671c9"' },
    })
    expect(body).toMatchObject({ userName: 'bjensen@example.com', externalId: '701984', active: true })
    expect(list(body.emails)).toHaveLength(2)
  })
  it('§8.4 Group', async () => {
    const { id } = await made(open(), '/Users', user('babs@acme.test'))
    const body = await made(open(), '/Groups', {
      schemas: [groupUrn],
      displayName: 'Tour Guides',
      members: [{ value: id, $ref: `${base}/Users/${id}`, display: 'Babs Jensen' }],
    })
    expect(list(body.members)).toHaveLength(1)
  })
})
