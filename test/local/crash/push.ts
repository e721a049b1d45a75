/** A push as an identity provider makes it: what was answered, what was only sent, and how to look at the result. */
export type Step =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  | { readonly kind: 'member'; readonly group: string; readonly user: string }

export type Progress = {
  /** Ids by name, of resources whose creation was answered or found again. */
  readonly ids: Map<string, string>
  /** `group/user` pairs whose addition was answered. */
  readonly members: Set<string>
}
export type Scim = {
  readonly get: (path: string) => Promise<Answer>
  readonly send: (method: string, path: string, body: object) => Promise<Answer>
}
export type Answer = { readonly status: number; readonly body: Resource }
export type Resource = {
  readonly id: string
  readonly totalResults?: number
  readonly Resources?: readonly Resource[]
  readonly userName?: string
  readonly displayName?: string
  readonly members?: readonly { readonly value: string }[]
  readonly groups?: readonly { readonly value: string }[]
}

const core = 'urn:ietf:params:scim:schemas:core:2.0'

export const openScim = (baseUrl: string, token: string): Scim => {
  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Resource }
  }
  return { get: (path) => call('GET', path), send: call }
}

export const find = async (
  scim: Scim,
  type: 'Users' | 'Groups',
  name: string,
): Promise<readonly Resource[]> => {
  const attribute = type === 'Users' ? 'userName' : 'displayName'
  const { body } = await scim.get(`/${type}?filter=${encodeURIComponent(`${attribute} eq "${name}"`)}`)
  return body.Resources ?? []
}

/** Resolves when the step was answered with success; a step tried before is looked up first, as identity providers do. */
export const carryOut = async (scim: Scim, progress: Progress, step: Step): Promise<void> => {
  switch (step.kind) {
    case 'user':
      return create(scim, progress, 'Users', step.name, {
        schemas: [`${core}:User`],
        userName: step.name,
        externalId: `x-${step.name}`,
        emails: [{ value: step.name, type: 'work', primary: true }],
      })
    case 'group':
      return create(scim, progress, 'Groups', step.name, {
        schemas: [`${core}:Group`],
        displayName: step.name,
      })
    case 'member': {
      const { status } = await scim.send('PATCH', `/Groups/${progress.ids.get(step.group)}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'Add', path: 'members', value: [{ value: progress.ids.get(step.user) }] }],
      })
      if (status !== 204) throw new Error(`adding a member answered ${status}`)
      progress.members.add(`${step.group}/${step.user}`)
    }
  }
}

const create = async (
  scim: Scim,
  { ids }: Progress,
  type: 'Users' | 'Groups',
  name: string,
  body: object,
): Promise<void> => {
  const [known] = await find(scim, type, name)
  if (known) return void ids.set(name, known.id)
  const answer = await scim.send('POST', `/${type}`, body)
  if (answer.status !== 201) throw new Error(`creating ${name} answered ${answer.status}`)
  ids.set(name, answer.body.id)
}

type Directory = ReadonlyMap<string, Resource>

/** Everything the directory shows of itself, in each way it can be asked. */
export const inspect = async (scim: Scim, users: readonly string[], groups: readonly string[]) => {
  const inconsistencies: string[] = []
  const found = new Map<string, Resource>()
  const look = async (type: 'Users' | 'Groups', name: string): Promise<void> => {
    const matches = await find(scim, type, name)
    if (matches.length > 1) inconsistencies.push(`${name} is there ${matches.length} times`)
    if (!matches[0]) return
    const { status, body } = await scim.get(`/${type}/${matches[0].id}`)
    if (status === 200) found.set(name, body)
    else inconsistencies.push(`${name} is found but not there`)
  }
  await Promise.all(users.map((name) => look('Users', name)))
  await Promise.all(groups.map((name) => look('Groups', name)))
  const { body } = await scim.get('/Users?count=200')
  const listed = (body.Resources ?? []).map((resource) => resource.id).sort()
  if (body.totalResults !== listed.length)
    inconsistencies.push(`${body.totalResults} counted, ${listed.length} listed`)
  const known = users.flatMap((name) => found.get(name)?.id ?? []).sort()
  if (known.join() !== listed.join())
    inconsistencies.push(`${known.length} found by name, ${listed.length} listed, not the same ones`)
  const pairs = pairsOf(found, users, groups)
  for (const pair of new Set([...pairs.forward, ...pairs.backward]))
    if (pairs.forward.has(pair) !== pairs.backward.has(pair))
      inconsistencies.push(`${pair}: group and user disagree`)
  return { found, pairs: pairs.forward, inconsistencies }
}

/** Memberships as the groups tell them, and as the users do. */
const pairsOf = (found: Directory, users: readonly string[], groups: readonly string[]) => {
  const nameOf = new Map([...found].map(([name, { id }]) => [id, name]))
  const forward = groups.flatMap((group) =>
    (found.get(group)?.members ?? []).map((member) => `${group}/${nameOf.get(member.value)}`),
  )
  const backward = users.flatMap((user) =>
    (found.get(user)?.groups ?? []).map((group) => `${nameOf.get(group.value)}/${user}`),
  )
  return { forward: new Set(forward), backward: new Set(backward) }
}
