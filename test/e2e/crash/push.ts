/** Two hundred requests as an identity provider would send them, each with what it makes of a plain model of the directory. */
export type Model = {
  readonly users: ReadonlyMap<string, { readonly active: boolean; readonly displayName: string }>
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>
}
export type Request =
  | { readonly kind: 'createUser'; readonly user: string }
  | { readonly kind: 'createGroup'; readonly group: string; readonly members: readonly string[] }
  | { readonly kind: 'add' | 'remove'; readonly group: string; readonly members: readonly string[] }
  | { readonly kind: 'rename'; readonly user: string; readonly displayName: string }
  | { readonly kind: 'active'; readonly user: string; readonly active: boolean }

export const empty: Model = { users: new Map(), groups: new Map() }

export const modelAfter = (model: Model, request: Request): Model => {
  const users = new Map(model.users)
  const groups = new Map(model.groups)
  switch (request.kind) {
    case 'createUser':
      users.set(request.user, { active: true, displayName: request.user })
      break
    case 'createGroup':
      groups.set(request.group, new Set(request.members))
      break
    case 'add':
      groups.set(request.group, new Set([...(groups.get(request.group) ?? []), ...request.members]))
      break
    case 'remove':
      groups.set(
        request.group,
        new Set([...(groups.get(request.group) ?? [])].filter((one) => !request.members.includes(one))),
      )
      break
    case 'rename':
    case 'active': {
      const user = users.get(request.user)
      if (user)
        users.set(
          request.user,
          request.kind === 'rename'
            ? { ...user, displayName: request.displayName }
            : { ...user, active: request.active },
        )
    }
  }
  return { users, groups }
}

const groups = ['SOC-Analysts', 'SOC-Tier1', 'EDR-Paris', 'All-Staff'] as const

/** The same seed gives the same push. */
export const pushOf = (length: number, random: () => number): readonly Request[] => {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const some = <T>(from: readonly T[], most: number): readonly T[] =>
    from.filter(() => random() < most / from.length)
  const users = Array.from({ length: 60 }, (_, n) => `person${n}@demo.test`)
  const requests: Request[] = users.map((user) => ({ kind: 'createUser', user }))
  for (const group of groups) requests.push({ kind: 'createGroup', group, members: some(users, 40) })
  while (requests.length < length) {
    const dice = random()
    // More than fits into one transaction: stored as an intent and rolled forward.
    if (dice < 0.2)
      requests.push({ kind: pick(['add', 'remove'] as const), group: pick(groups), members: some(users, 40) })
    else if (dice < 0.7)
      requests.push({ kind: pick(['add', 'remove'] as const), group: pick(groups), members: [pick(users)] })
    else if (dice < 0.9)
      requests.push({ kind: 'rename', user: pick(users), displayName: `name ${requests.length}` })
    else requests.push({ kind: 'active', user: pick(users), active: random() < 0.7 })
  }
  return requests
}
