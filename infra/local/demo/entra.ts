import { createHash } from 'node:crypto'
import { emailOf, type GroupName, type Person } from './people.ts'

/** Microsoft Entra's provisioning service, request by request as it sends them without its compliance flag. */
export type Entra = {
  readonly testConnection: () => Promise<void>
  readonly pushPerson: (person: Person) => Promise<void>
  readonly pushGroup: (name: GroupName) => Promise<void>
  readonly addMember: (group: GroupName, person: Person) => Promise<void>
  readonly removeMember: (group: GroupName, person: Person) => Promise<void>
  readonly setActive: (person: Person, active: boolean) => Promise<void>
  readonly requests: () => number
}

const core = 'urn:ietf:params:scim:schemas:core:2.0'
type Resource = { readonly id: string }
type List = { readonly totalResults: number; readonly Resources?: readonly Resource[] }

export const createEntra = (baseUrl: string, token: string): Entra => {
  const ids = new Map<string, string>()
  let requests = 0

  const call = async <T>(method: string, path: string, expected: number, body?: object): Promise<T> => {
    requests += 1
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json; charset=utf-8' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status !== expected)
      throw new Error(`${method} ${path} answered ${response.status} instead of ${expected}: ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  const search = async (type: string, filter: string, more = ''): Promise<Resource | undefined> => {
    const list = await call<List>('GET', `/${type}?filter=${encodeURIComponent(filter)}${more}`, 200)
    return list.Resources?.[0]
  }
  const patch = async (path: string, expected: number, op: string, target: string, value: unknown) => {
    await call('PATCH', path, expected, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op, path: target, value }],
    })
  }
  const idOf = (key: string): string => {
    const id = ids.get(key)
    if (id === undefined) throw new Error(`${key} was never pushed`)
    return id
  }
  const member = (person: Person) => [{ $ref: null, value: idOf(emailOf(person)) }]

  return {
    testConnection: async () => {
      const found = await search('Users', `userName eq "${guid('nobody')}"`)
      if (found) throw new Error('somebody answers to a made-up userName')
    },
    pushPerson: async (person) => {
      const email = emailOf(person)
      const known = await search('Users', `userName eq "${email}"`)
      const { id } = known ?? (await call<Resource>('POST', '/Users', 201, userOf(person, email)))
      ids.set(email, id)
    },
    pushGroup: async (name) => {
      const known = await search('Groups', `displayName eq "${name}"`, '&excludedAttributes=members')
      const { id } = known ?? (await call<Resource>('POST', '/Groups', 201, groupOf(name)))
      ids.set(name, id)
    },
    addMember: (group, person) => patch(`/Groups/${idOf(group)}`, 204, 'Add', 'members', member(person)),
    removeMember: (group, person) =>
      patch(`/Groups/${idOf(group)}`, 204, 'Remove', 'members', member(person)),
    setActive: (person, active) =>
      patch(`/Users/${idOf(emailOf(person))}`, 200, 'Replace', 'active', active ? 'True' : 'False'),
    requests: () => requests,
  }
}

const userOf = ({ given, family, objectId }: Person, email: string): object => ({
  schemas: [`${core}:User`, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  externalId: objectId ?? guid(email),
  userName: email,
  active: true,
  displayName: `${given} ${family}`,
  emails: [{ primary: true, type: 'work', value: email }],
  meta: { resourceType: 'User' },
  name: { formatted: `${given} ${family}`, familyName: family, givenName: given },
  roles: [],
})

const groupOf = (name: string): object => ({
  schemas: [`${core}:Group`, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
  externalId: guid(name),
  displayName: name,
  meta: { resourceType: 'Group' },
})

/** An object id that is the same in every run. */
const guid = (name: string): string => {
  const hex = createHash('sha256').update(name).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
