import type { Due } from '../core/work.ts'

export type Portion = {
  /** Carried to their end together. */
  readonly due: readonly Due[]
  /** Ask for the same, and are done with it. */
  readonly repeated: readonly Due[]
}

/** What a due item of a whole group asks for; undefined: something of its own. */
const wishOf = (due: Due): string | undefined =>
  due.kind === 'group' && due.after === undefined
    ? [due.connection, due.group, due.own === true].join('#')
    : undefined

/**
 * Each of these is carried to its end before the next begins: a group may stand for hundreds of members, a member for one. Who puts many groups into
 * each other makes the same groups due again and again: each is looked at once, after all of them were seen.
 */
export const portionsOf = (due: readonly Due[]): readonly Portion[] => {
  const members = due.filter(({ kind }) => kind === 'member')
  const wide = new Map<string, { readonly due: readonly Due[]; readonly repeated: Due[] }>()
  for (const one of due.filter(({ kind }) => kind !== 'member')) {
    const wish = wishOf(one) ?? one.position
    const first = wide.get(wish)
    if (first === undefined) wide.set(wish, { due: [one], repeated: [] })
    else first.repeated.push(one)
  }
  return [...(members.length === 0 ? [] : [{ due: members, repeated: [] }]), ...wide.values()]
}
