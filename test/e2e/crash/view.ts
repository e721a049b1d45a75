import type { IdentityProvider, Resource } from '../town.ts'
import type { Model, Request } from './push.ts'

/** The directory as SCIM shows it, from both sides of every membership. */
export type Directory = {
  readonly users: readonly (Resource & {
    readonly active?: boolean
    readonly groups?: readonly { readonly value: string }[]
  })[]
  readonly groups: readonly (Resource & { readonly members?: readonly { readonly value: string }[] })[]
}
type List<T> = { readonly totalResults: number; readonly Resources: readonly T[] }

export const readDirectory = async (
  idp: IdentityProvider,
  depth: 'plain' | 'with look-ups' = 'plain',
): Promise<Directory> => {
  const [users, groups] = await Promise.all([
    idp.send<List<Directory['users'][number]>>('GET', '/Users?count=100'),
    idp.send<List<Directory['groups'][number]>>('GET', '/Groups?count=100'),
  ])
  if (users.body.totalResults !== users.body.Resources.length)
    throw new Error('the count of users is not the users')
  if (groups.body.totalResults !== groups.body.Resources.length)
    throw new Error('the count of groups is not the groups')
  if (depth === 'with look-ups') for (const user of users.body.Resources) await lookUp(idp, user)
  return { users: users.body.Resources, groups: groups.body.Resources }
}

const lookUp = async (idp: IdentityProvider, user: Resource): Promise<void> => {
  for (const filter of [
    `userName eq "${user.userName}"`,
    `externalId eq "ext-${user.userName}"`,
    `emails[type eq "work"].value eq "${user.userName}"`,
  ]) {
    const { body } = await idp.send<List<Resource>>('GET', `/Users?filter=${encodeURIComponent(filter)}`)
    if (body.totalResults !== 1 || body.Resources[0]?.id !== user.id)
      throw new Error(`${filter} finds ${body.totalResults} users`)
  }
}

export type Plain = {
  readonly users: readonly (readonly [string, boolean, string])[]
  readonly groups: readonly (readonly [string, readonly string[]])[]
}

/** Read one after the other, users and groups may differ while something is still being rolled forward; at rest they never do. */
export const bothDirectionsAgree = (directory: Directory): boolean => {
  const fromUsers = directory.users.flatMap((user) =>
    (user.groups ?? []).map((group) => `${group.value} ${user.id}`),
  )
  const fromGroups = directory.groups.flatMap((group) =>
    (group.members ?? []).map((member) => `${group.id} ${member.value}`),
  )
  return JSON.stringify(fromUsers.sort()) === JSON.stringify(fromGroups.sort())
}

/** Comparable: sorted, names for ids. */
export const modelOf = (directory: Directory, model?: Model): Plain => {
  if (model)
    return {
      users: [...model.users]
        .map(([name, user]) => [name, user.active, user.displayName] as const)
        .sort(byName),
      groups: [...model.groups].map(([name, members]) => [name, [...members].sort()] as const).sort(byName),
    }
  const names = new Map(directory.users.map((user) => [user.id, user.userName ?? '']))
  return {
    users: directory.users
      .map((user) => [user.userName ?? '', user.active ?? true, user.displayName ?? ''] as const)
      .sort(byName),
    groups: directory.groups
      .map(
        (group) =>
          [
            group.displayName ?? '',
            (group.members ?? []).map((member) => names.get(member.value) ?? member.value).sort(),
          ] as const,
      )
      .sort(byName),
  }
}

const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number =>
  a[0] < b[0] ? -1 : 1

/** Sends one request of the push; resolves to its status. */
export const send = async (
  idp: IdentityProvider,
  directory: Directory,
  request: Request,
): Promise<number> => {
  const userId = (name: string): string =>
    directory.users.find((user) => user.userName === name)?.id ?? 'unknown'
  const groupId = (name: string): string =>
    directory.groups.find((group) => group.displayName === name)?.id ?? 'unknown'
  const values = (members: readonly string[]): object => members.map((member) => ({ value: userId(member) }))
  const patch = async (path: string, operation: object): Promise<number> =>
    (
      await idp.send('PATCH', path, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [operation],
      })
    ).status
  switch (request.kind) {
    case 'createUser':
      await idp.createUser(request.user, { displayName: request.user })
      return 201
    case 'createGroup':
      return (
        await idp.send('POST', '/Groups', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          displayName: request.group,
          members: values(request.members),
        })
      ).status
    case 'add':
      return patch(`/Groups/${groupId(request.group)}`, {
        op: 'add',
        path: 'members',
        value: values(request.members),
      })
    case 'remove':
      return patch(`/Groups/${groupId(request.group)}`, {
        op: 'remove',
        path: 'members',
        value: values(request.members),
      })
    case 'rename':
      return patch(`/Users/${userId(request.user)}`, {
        op: 'replace',
        path: 'displayName',
        value: request.displayName,
      })
    case 'active':
      return patch(`/Users/${userId(request.user)}`, { op: 'replace', path: 'active', value: request.active })
  }
}
