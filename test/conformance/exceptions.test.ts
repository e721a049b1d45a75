import { describe, expect, it } from 'vitest'
import { filterOf, group, groupUrn, type Json, user, userUrn } from '../scim/support/service.ts'
import { expectError, list, made, nobody, patched, reread, useScim } from './support.ts'

const open = useScim()
const members = (body: Json): readonly unknown[] => list(body.members).map((each) => each.value)

/** What docs/conformance.md tells of as deliberate; the RFC's sentence stands there. */
describe('deliberate exceptions', () => {
  it('a PATCH of a Group is answered 204 with its new version', async () => {
    const { id } = await made(open(), '/Groups', group('Silent'))
    const reply = await open().patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'Named' })
    expect([reply.status, reply.text]).toEqual([204, ''])
    expect(reply.headers.etag).toBe(((await reread(open(), `/Groups/${id}`)).meta as Json).version)
  })
  it('a member that does not exist is refused everywhere', async () => {
    const { id } = await made(open(), '/Groups', group('Strict'))
    expectError(await open().post('/Groups', group('Ghosts', [nobody])), 400, 'invalidValue')
    expectError(await open().put(`/Groups/${id}`, group('Strict', [nobody])), 400, 'invalidValue')
    const operation = { op: 'add', path: 'members', value: [{ value: 'no-id-at-all' }] }
    expectError(await open().patch(`/Groups/${id}`, operation), 400, 'invalidValue')
  })
  it.each(['type eq "User"', 'display sw "a"', 'value sw "a"'])(
    'members cannot be chosen by [%s]; nobody is removed',
    async (filter) => {
      const { id: member } = await made(open(), '/Users', user(`chosen-${filter}`))
      const { id } = await made(open(), '/Groups', group('Chosen', [String(member)]))
      const reply = await open().patch(`/Groups/${id}`, { op: 'remove', path: `members[${filter}]` })
      expectError(reply, 400, 'invalidFilter')
      expect(members(await reread(open(), `/Groups/${id}`))).toEqual([member])
    },
  )
  it('null for members is refused by PATCH; PUT with null or without members keeps them', async () => {
    const { id: member } = await made(open(), '/Users', user('kept@acme.test'))
    const { id } = await made(open(), '/Groups', group('Kept', [String(member)]))
    for (const operation of [
      { op: 'replace', path: 'members', value: null },
      { op: 'add', value: { members: null } },
    ])
      expectError(await open().patch(`/Groups/${id}`, operation), 400, 'invalidValue')
    for (const more of [{ members: null }, {}]) {
      const reply = await open().put(`/Groups/${id}`, { schemas: [groupUrn], displayName: 'Kept', ...more })
      expect([reply.status, members(reply.body)]).toEqual([200, [member]])
    }
  })
  it('removing active leaves the person as they were', async () => {
    for (const active of [true, false]) {
      const { id } = await made(open(), '/Users', user(`unset-${active}`, { active }))
      expect((await patched(open(), `/Users/${id}`, { op: 'remove', path: 'active' })).active).toBeUndefined()
      // A PUT that does not mention it either switches nobody.
      expect((await open().put(`/Users/${id}`, user(`unset-${active}`))).body.active).toBeUndefined()
    }
  })
  it('a POST that names a departed person restores them under their id', async () => {
    const { id } = await made(
      open(),
      '/Users',
      user('departed@acme.test', { externalId: 'D-1', title: 'Old' }),
    )
    await patched(open(), `/Users/${id}`, { op: 'replace', path: 'active', value: false })
    const back = await made(open(), '/Users', user('departed@acme.test', { externalId: 'D-1' }))
    expect([back.id, back.active, back.title]).toEqual([id, true, undefined])
    await open().remove(`/Users/${id}`)
    expect((await made(open(), '/Users', user('departed@acme.test', { externalId: 'D-1' }))).id).toBe(id)
  })
  it('an externalId is unique within a connection', async () => {
    await made(open(), '/Users', user('one@acme.test', { externalId: 'only-one' }))
    expectError(
      await open().post('/Users', user('two@acme.test', { externalId: 'only-one' })),
      409,
      'uniqueness',
    )
  })
  it('replacing what a filter does not find creates it in the form of Entra ID only', async () => {
    const { id } = await made(open(), '/Users', user('creates@acme.test'))
    const wish = { path: 'emails[type eq "work"].value', value: 'w@acme.test' }
    expectError(await open().patch(`/Users/${id}`, { op: 'replace', ...wish }), 400, 'noTarget')
    expect((await patched(open(), `/Users/${id}`, { op: 'Replace', ...wish })).emails).toEqual([
      { type: 'work', value: 'w@acme.test' },
    ])
  })
  it('removing by a filter that finds nothing is noTarget for Users, and nothing to do for members', async () => {
    const { id } = await made(open(), '/Users', user('notarget@acme.test'))
    const operation = { op: 'remove', path: 'emails[type eq "work"]' }
    expectError(await open().patch(`/Users/${id}`, operation), 400, 'noTarget')
    const { id: groupId } = await made(open(), '/Groups', group('Nothing to do'))
    const reply = await open().patch(`/Groups/${groupId}`, {
      op: 'remove',
      path: `members[value eq "${id}"]`,
    })
    expect(reply.status).toBe(204)
  })
  it('meta is returned even when attributes does not name it', async () => {
    const { id, meta } = await made(open(), '/Users', user('meta@acme.test'))
    expect((await reread(open(), `/Users/${id}?attributes=userName`)).meta).toEqual(meta)
  })
  it('replacing a membership is mutability, whether it is there or not', async () => {
    const { id: member } = await made(open(), '/Users', user('fixed@acme.test'))
    const { id } = await made(open(), '/Groups', group('Fixed', [String(member)]))
    for (const who of [member, nobody]) {
      const operation = { op: 'replace', path: `members[value eq "${who}"]`, value: { value: member } }
      expectError(await open().patch(`/Groups/${id}`, operation), 400, 'mutability')
    }
  })
  it('whether a reference is a URI is not checked', async () => {
    const photos = [{ value: 'https://acme.test/ada lovelace.jpg', type: 'photo' }]
    expect((await made(open(), '/Users', user('photo@acme.test', { photos }))).photos).toEqual(photos)
  })
  it('/Schemas and /ResourceTypes need a token', async () => {
    for (const path of ['/Schemas', '/ResourceTypes'])
      expectError(await open().send({ method: 'GET', path, token: undefined }), 401)
  })
  it('an extension whose URN ends in no version and type is kept, and goes by PUT', async () => {
    const urn = 'urn:acme:people'
    const body = { ...user('odd@acme.test'), schemas: [userUrn, urn], [urn]: { desk: '7' } }
    const { id, ...created } = await made(open(), '/Users', body)
    expect(created[urn]).toEqual({ desk: '7' })
    const operation = { op: 'remove', path: urn }
    expectError(await open().patch(`/Users/${id}`, operation), 400, 'invalidPath')
    const { body: after } = await open().put(`/Users/${id}`, user('odd@acme.test'))
    expect([after[urn], after.schemas]).toEqual([undefined, [userUrn]])
  })
  it('a password cannot be filtered by, nor an attribute that no schema has', async () => {
    for (const filter of ['password pr', 'shoeSize pr', 'password eq "x" or userName pr'])
      expectError(await open().get(`/Users?${filterOf(filter)}`), 400, 'invalidFilter')
  })
})
