import { type ConnectionId, connectionId } from '../core/ids.ts'
import { readmit, revoke, usableCertificates } from '../saml/trust/follow.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { connectionNamed } from './names.ts'
import { certificateNamed, meanwhile, providerOf, stampOf } from './saml-trust-names.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const words = {
  revoke: { done: 'is revoked: nothing it signed is believed from now on', idle: 'is revoked already' },
  undo: { done: 'is trusted again', idle: 'is not revoked' },
} as const

type Done = {
  readonly fingerprint: string
  /** Of all certificates for its key that are something else now. */
  readonly changed: readonly string[]
  readonly left: number
}
const attempts = 5

/** Somebody in a hurry is not sent away because metadata were read in the same moment. */
const change = async (
  house: House,
  id: ConnectionId,
  { typed, by, reason, undo }: { typed: string; by: string; reason: string; undo: boolean },
): Promise<Done> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await providerOf(house, id)
    const { fingerprint } = certificateNamed(before, typed)
    const stamp = stampOf(house, id, by)
    const after = (undo ? readmit : revoke)(before, fingerprint, reason, stamp.at)
    const left = usableCertificates(after?.provider ?? before, stamp.at).length
    if (after === undefined) return { fingerprint, changed: [], left }
    if ((await house.trust.saveIdentityProvider(stamp, after.provider, after.notes)) === 'saved')
      return { fingerprint, changed: after.notes.map((note) => note.fingerprint), left }
  }
  throw meanwhile(id)
}

/** At once, and for good: no metadata bring it back. */
export const revokeCertificate = async (
  given: Arguments,
  terminal: Terminal,
  house: House,
): Promise<Exit> => {
  const { connection: name, fingerprint: typed } = positionals(given, 'connection', 'fingerprint')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  // It may be configured no longer, and still be trusted.
  const id = connectionId(name)
  if ((await house.trust.identityProvider(id)) === undefined) await connectionNamed(house, name)
  const undo = given.flag('undo')
  const { fingerprint, changed, left } = await change(house, id, { typed, by, reason, undo })
  const { done, idle } = words[undo ? 'undo' : 'revoke']
  if (given.flag('json')) sayJson(terminal, { connection: id, fingerprint, changed, trusted: left })
  else if (changed.length === 0) say(terminal, `${fingerprint} ${idle}.`, 'green')
  else for (const one of changed) say(terminal, `${one} ${done}.`, 'green')
  if (left === 0)
    complain(
      terminal,
      'warning',
      `${id} trusts no certificate now, and every login there is refused; let the identity provider make a new key, then npx rolecall saml trust ${id} --yes reads its metadata`,
    )
  return exits.nothing
}
