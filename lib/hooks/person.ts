import { vouchesFor } from '../core/addresses.ts'
import type { Connection } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { DirectoryReads, MemberLookup } from '../core/ports/directory.ts'
import type { LoginStore, SignInRefusal } from '../core/ports/logins.ts'
import { departed } from '../core/standing.ts'

/** Whom an identity provider builds a token for. */
export type Named = {
  /** What may be their externalId, case-exact. */
  readonly externalIds: readonly string[]
  /** Its own id of them. */
  readonly id: string
  /** Names they may have as userName or e-mail; they count in the connection's domains only. */
  readonly addresses: readonly string[]
  /** How its ids look: a member who has another such id is another person, whatever else fits. */
  readonly idForm: RegExp
}
export type Found =
  /** `address`: the one that led to a member whose id the identity provider does not say. */
  | { readonly kind: 'found'; readonly member: Member; readonly address?: string }
  | { readonly kind: 'nobody'; readonly why: SignInRefusal }

export type PersonReads = {
  readonly directory: Pick<DirectoryReads, 'findMembers'>
  readonly logins: Pick<LoginStore, 'login'>
}

const nobody = (why: SignInRefusal): Found => ({ kind: 'nobody', why })

const one = (members: readonly Member[]): Found | undefined => {
  const [first, ...others] = new Map(members.map((member) => [member.id, member])).values()
  if (first === undefined) return undefined
  if (others.length > 0) return nobody('member.ambiguous')
  return departed(first) ? nobody('member.departed') : { kind: 'found', member: first }
}

const anotherPerson = ({ externalId }: Member, { id, idForm }: Named): boolean =>
  externalId !== undefined && externalId !== id && idForm.test(externalId)

/** By the identity provider's id first; by name only where nobody has that id. Reads, and writes nothing. */
export const findPerson = async (
  reads: PersonReads,
  connection: Connection,
  named: Named,
): Promise<Found> => {
  const { externalIds, addresses } = named
  const look = async (lookups: readonly MemberLookup[]): Promise<readonly Member[]> =>
    (await Promise.all(lookups.map((lookup) => reads.directory.findMembers(connection.id, lookup)))).flat()
  const ids = [...new Set(externalIds)]
  const byId = one(await look(ids.map((value) => ({ by: 'externalId', value }))))
  if (byId?.kind === 'found' && anotherPerson(byId.member, named)) return nobody('member.identity')
  if (byId !== undefined) return byId
  const vouched = addresses.filter((value) => vouchesFor(connection, value))
  const known = [...new Map(vouched.map((value) => [fold(value), value])).values()]
  const reached = await Promise.all(
    known.map(async (value) => {
      const members = await look([
        { by: 'userName', value },
        { by: 'email', value },
      ])
      return { value, members }
    }),
  )
  const byAddress = one(reached.flatMap(({ members }) => members))
  if (byAddress === undefined) return nobody('member.unknown')
  if (byAddress.kind === 'nobody') return byAddress
  // An address may pass to somebody else: it leads to nobody who is linked to an identity.
  const login = await reads.logins.login(connection.id, byAddress.member.id)
  if (anotherPerson(byAddress.member, named) || login?.identity !== undefined)
    return nobody('member.identity')
  const address = reached.find(({ members }) => members.length > 0)?.value
  return { ...byAddress, ...(address === undefined ? {} : { address }) }
}
