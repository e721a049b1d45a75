import type { Target } from './assignment.ts'
import { fold } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Row } from './plan-rows.ts'
import { type Claimant, hasMoved, type Stage } from './plan-scene.ts'
import { isFree, speaksFor } from './plan-takeover.ts'
import type { PlatformTraits } from './snapshot.ts'

type Claim = Claimant & { readonly weight: number }

/** Would be invited or adopted: no account of ours yet, or one that has not been accepted, or one that stands under another address. */
const joins = (traits: PlatformTraits, { target, ownership, accounts }: Row): boolean => {
  if (target === undefined || target.granted.length === 0) return false
  const present = accounts.find(({ account }) => account.id === ownership?.account)?.account
  return present === undefined || present.status === 'pending' || hasMoved(traits, target, present)
}

/**
 * Who gets an e-mail: of several who would join under one, who we already began with under it; else whose connection speaks for its domain, so
 * that no other connection is in their way; else whom we know; else the first by id. Rows come by member.
 */
export const createClaims = ({ traits, domains }: Pick<Stage, 'traits' | 'domains'>) => {
  const first = new Map<string, Claim>()
  const weigh = ({ connection, email }: Target, ownership: Ownership | undefined): number => {
    if (ownership === undefined) return speaksFor(domains, connection, email) ? 2 : 0
    const begun = fold(ownership.email) === email
    return (begun ? 4 : 0) + (speaksFor(domains, connection, email) ? 2 : 0) + 1
  }
  return {
    add: (row: Row): void => {
      const { target, ownership } = row
      if (target === undefined || !joins(traits, row)) return
      const weight = weigh(target, ownership)
      const rival = first.get(target.email)
      if (rival !== undefined && rival.weight >= weight) return
      const { connection, member, email } = target
      first.set(email, { connection, member, weight, free: isFree(target, ownership) })
    },
    get: (email: string): Claimant | undefined => first.get(email),
  }
}

/** While not everybody has been seen nobody can say. Who asks is put aside, and planned when they have. */
export const createUnknownClaims = () => {
  let asked = false
  return {
    claims: {
      get: (_email: string): undefined => {
        asked = true
      },
    },
    /** Whether anybody asked since this was called last. */
    wereAsked: (): boolean => {
      const before = asked
      asked = false
      return before
    },
  }
}
