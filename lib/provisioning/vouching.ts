import { ConnectorError } from '../core/errors.ts'
import type { AccountId } from '../core/ids.ts'
import { accountsOf, type Ownership, touchedSince } from '../core/ownership.ts'
import type { Snapshot } from '../core/snapshot.ts'

/** So many of the missing are asked for: a list that is short is short of many. */
const sample = 20

/**
 * Absence is not an instruction: a list that looks whole may still be short, where the platform tells no total, or our key sees less than it did. So
 * an account of ours that is not in it is asked for by its id before it counts as gone: whoever keeps it would be forgotten with their access.
 */
export const vouchFor = async (
  snapshot: Snapshot,
  ownership: readonly Ownership[],
  known: (ids: readonly AccountId[]) => Promise<readonly AccountId[]>,
): Promise<void> => {
  if (snapshot.scope !== 'community' || !snapshot.complete) return
  const listed = new Set(snapshot.accounts.map(({ id }) => id))
  const missing = ownership
    .filter((one) => !touchedSince(one, snapshot))
    .flatMap(accountsOf)
    .filter((id) => !listed.has(id))
  if (missing.length === 0) return
  const present = await known(missing.toSorted().slice(0, sample))
  if (present.length > 0)
    throw new ConnectorError(
      'platformUnreadable',
      `the list of accounts leaves out ${present.length} that the platform knows by their ids; it is not whole`,
    )
}
