/** What SCIMMY's handlers ask of a store. `data` is the resource as SCIMMY hands it over, without id and meta. */
export type PeerUser = {
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
  readonly version: number
  readonly created: string
  readonly lastModified: string
  readonly groups: readonly { readonly id: string; readonly displayName: string }[]
}
export type PeerGroup = {
  readonly id: string
  readonly displayName: string
  readonly externalId?: string
  readonly members: readonly string[]
  readonly version: number
  readonly created: string
  readonly lastModified: string
}
export type PeerDraft = Readonly<Record<string, unknown>> & {
  readonly userName: string
  readonly externalId?: string
}
export type PeerStore = {
  /** Hex SHA-256 of the token of this id. */
  readonly tokenHash: (tenant: string, id: string) => Promise<string | undefined>
  readonly user: (tenant: string, id: string) => Promise<PeerUser | undefined>
  readonly findUser: (
    tenant: string,
    by: 'userName' | 'externalId',
    value: string,
  ) => Promise<PeerUser | undefined>
  readonly pageOfUsers: (
    tenant: string,
    startIndex: number,
    count: number,
  ) => Promise<{ readonly total: number; readonly users: readonly PeerUser[] }>
  /** Undefined: the userName or externalId is taken. */
  readonly createUser: (tenant: string, draft: PeerDraft) => Promise<PeerUser | undefined>
  readonly saveUser: (
    tenant: string,
    before: PeerUser,
    draft: PeerDraft,
  ) => Promise<PeerUser | 'taken' | 'stale'>
  readonly group: (tenant: string, id: string) => Promise<PeerGroup | undefined>
  /** Written as the difference to what was read, so that other writers' members stay. */
  readonly saveGroup: (
    tenant: string,
    before: PeerGroup,
    next: Pick<PeerGroup, 'displayName' | 'externalId' | 'members'>,
  ) => Promise<PeerGroup>
}

export const difference = (
  before: readonly string[],
  after: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } => {
  const old = new Set(before)
  const wanted = new Set(after)
  return {
    added: [...wanted].filter((id) => !old.has(id)),
    removed: [...old].filter((id) => !wanted.has(id)),
  }
}
