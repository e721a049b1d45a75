import { createHash } from 'node:crypto'
import { type Instant, later, type MemberId, milliseconds } from '../../lib/core/ids.ts'
import type { GroupStatement } from '../../lib/core/login.ts'
import type { Member } from '../../lib/core/member.ts'
import { createSignIn } from '../../lib/provisioning/sign-in.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { idp, shownFor } from './scene.ts'
import type { Worker } from './workers.ts'

/** Where people log in: what follows from a login that was found genuine, and who has to be let in. */

export type Shown = { readonly names: readonly string[]; readonly until: number }
export type Knock = {
  readonly slot: number
  readonly says: GroupStatement
  /** They do not close the window before their work is put in front. */
  readonly waits: boolean
  /** What the identity provider names them by; absent: their address alone. */
  readonly id: string | undefined
  /** The provider's own record of them. */
  readonly record: string
  readonly email: string
  /** Who they are, if anybody who may come in. */
  readonly inside: MemberId | undefined
  /** Others have, or had, the same address. */
  readonly namesakes: boolean
}
export type FrontDoor = {
  /** Undefined: not let in. */
  readonly knock: (knock: Knock) => Promise<Member | undefined>
  readonly shownBy: (member: Member) => Promise<Shown | undefined>
}

const identityOf = (record: string): string => createHash('sha256').update(record).digest('hex')
/** Seconds: to show the same once more is written down no sooner. */
const young = 3600

export const createFrontDoor = (
  worker: () => Worker,
  note: (what: string) => void,
  wrong: (what: string) => void,
): FrontDoor => {
  const shownBy: FrontDoor['shownBy'] = async ({ connection, id, incarnation }) => {
    const login = await worker().deps.logins.login(connection, id)
    if (login?.life !== incarnation || login.groups === undefined) return undefined
    const { at, values } = login.groups
    return { names: values, until: milliseconds(later(at, shownFor)) }
  }
  const judged = async (member: Member, says: GroupStatement, now: Instant): Promise<void> => {
    if (says.kind !== 'present') return
    const shown = await shownBy(member)
    const kept = [...(shown?.names ?? [])].toSorted().join()
    if (kept !== says.names.toSorted().join()) wrong(`a login showed ${says.names} and ${kept} is kept`)
    if ((shown?.until ?? 0) < milliseconds(later(now, shownFor - young)))
      wrong('what a login showed is older than it')
  }
  /** By an address that several have or had nobody can be told from the others. */
  const mayBeRefused = ({ inside, id, namesakes }: Knock): boolean =>
    inside === undefined || (id === undefined && namesakes)

  const knock: FrontDoor['knock'] = async (given) => {
    const { slot, says, id, record, email, inside, waits } = given
    const { deps, table } = worker()
    const logins = createLoginStore(table)
    const signIn = createSignIn({ ...deps, logins, directory: createDirectory(table) })
    const at = deps.clock.now()
    const actor = { kind: 'login', by: 'saml' } as const
    // Who shows nothing of groups shows something else that is new: it is written down, and the groups have to stay.
    const attributes = says.kind === 'present' ? {} : { department: [deps.ids.uuid()] }
    const signed = await signIn.accept(
      { connection: idp, actor, requestId: deps.ids.uuid(), at },
      {
        identity: identityOf(record),
        externalIds: id === undefined ? [] : [id],
        email,
        statement: { at, groups: says, attributes },
      },
    )
    note(signed.kind === 'in' ? 'login' : 'refused login')
    if (signed.kind === 'refused') {
      if (!mayBeRefused(given)) wrong(`p${slot} is not let in: ${signed.code}`)
      return undefined
    }
    if (signed.member.id !== inside) wrong(`p${slot} is let in as ${signed.member.userName}`)
    await judged(signed.member, says, at)
    if (waits) await signIn.bringUp(signed.member, at, at)
    return signed.member
  }
  return { knock, shownBy }
}
