import { groupUrn, userUrn } from '../support/service.ts'
import { find, groupOf, memberOf, patch, type Step } from './dialogue.ts'

// After the issue threads of Keycloak's client plugins: one of them puts groups without members, the other pushes the whole group for one change.
const account = (name: string): object => ({
  schemas: [userUrn],
  externalId: `kc-${name}`,
  userName: name,
  displayName: name,
  name: { givenName: name, familyName: 'Cloak' },
  emails: [{ value: `${name}@acme.test`, primary: true }],
  active: true,
  roles: [{ value: 'offline_access', primary: false }, { value: 'uma_authorization' }],
})
const kept = (name: string): object => {
  const { schemas: _, ...rest } = account(name) as { readonly schemas: unknown }
  return rest
}
const people = ['ada', 'bea', 'cid', 'dan'] as const
const whole = (...names: readonly string[]): object => ({
  schemas: [groupUrn],
  id: '<group>',
  externalId: 'kc-group',
  displayName: 'SOC-Analysts',
  members: names.map((name) => ({
    value: `<${name}>`,
    $ref: `<base>/Users/<${name}>`,
    type: 'User',
    display: name,
  })),
})
const stored = (...names: readonly string[]): readonly [string, object] => [
  '/Groups/<group>',
  { externalId: 'kc-group', displayName: 'SOC-Analysts', members: names.map((name) => memberOf(name)) },
]

export const keycloak: readonly Step[] = [
  ...people.map(
    (name): Step => ({
      says: `creates ${name}`,
      send: ['POST', '/Users', account(name)],
      status: 201,
      saves: name,
      stored: [`/Users/<${name}>`, kept(name)],
    }),
  ),
  {
    says: 'creates the group with its own id beside the name, which is not ours',
    send: [
      'POST',
      '/Groups',
      {
        schemas: [groupUrn],
        id: '48ac54b1-d582-493e-95d1-4c077dd57e9c',
        externalId: 'kc-group',
        displayName: 'SOC-Analysts',
        members: [{ value: '<ada>', $ref: '<base>/Users/<ada>' }],
      },
    ],
    status: 201,
    saves: 'group',
    stored: stored('ada'),
  },
  {
    says: 'does not find the group under the id it sent',
    send: ['GET', '/Groups/48ac54b1-d582-493e-95d1-4c077dd57e9c'],
    status: 404,
  },
  {
    says: 'pushes the whole group by PUT because bea joined',
    send: ['PUT', '/Groups/<group>', whole('ada', 'bea')],
    status: 200,
    stored: stored('ada', 'bea'),
  },
  {
    says: 'pushes the whole group by PATCH because cid joined',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({
        op: 'replace',
        path: 'members',
        value: ['ada', 'bea', 'cid'].map((name) => ({ value: `<${name}>`, type: 'User' })),
      }),
    ],
    status: 204,
    stored: stored('ada', 'bea', 'cid'),
  },
  {
    says: 'pushes the whole group by an add without a path because dan joined',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({ op: 'add', value: { members: people.map((name) => ({ value: `<${name}>` })) } }),
    ],
    status: 204,
    stored: stored(...people),
  },
  {
    says: 'pushes the group by PUT without any members, because it lost its mapping of them',
    send: [
      'PUT',
      '/Groups/<group>',
      { schemas: [groupUrn], id: '<group>', externalId: 'kc-group', displayName: 'SOC-Analysts' },
    ],
    status: 200,
    stored: stored(...people),
  },
  {
    says: 'pushes a group with somebody we do not know, and nothing of it is done',
    send: [
      'PATCH',
      '/Groups/<group>',
      patch({
        op: 'replace',
        path: 'members',
        value: [{ value: '<ada>' }, { value: '99999999-9999-4999-8999-999999999999' }],
      }),
    ],
    status: 400,
    answer: { scimType: 'invalidValue' },
    stored: stored(...people),
  },
  {
    says: 'pushes the whole group by PUT because two left',
    send: ['PUT', '/Groups/<group>', whole('cid', 'dan')],
    status: 200,
    stored: stored('cid', 'dan'),
  },
  {
    says: 'finds the user by userName before a full refresh',
    send: ['GET', find('/Users', 'userName eq "cid"')],
    status: 200,
    answer: { totalResults: 1, Resources: [{ id: '<cid>' }] },
  },
  {
    says: 'disables the user by PUT',
    send: ['PUT', '/Users/<cid>', { ...account('cid'), id: '<cid>', active: false }],
    status: 200,
    stored: ['/Users/<cid>', { ...kept('cid'), active: false, groups: [groupOf('group', 'SOC-Analysts')] }],
  },
  { says: 'deletes the user', send: ['DELETE', '/Users/<cid>'], status: 204 },
  {
    says: 'sees the group without them',
    send: ['GET', '/Groups/<group>'],
    status: 200,
    stored: stored('dan'),
  },
]
