import { verifyResponse } from '../../../lib/saml/verify/verify.ts'
import { corpus } from '../../saml/corpus/corpus.ts'
import { verifyInputOf } from '../../saml/corpus/input.ts'
import { median } from './numbers.ts'

export type Slow = { readonly id: string; readonly milliseconds: number; readonly outcome: string }

/** What a hostile message costs whoever only verifies it, the dearest first. Those that are about the exchange around a message cost what a valid one does. */
export const benchHostile = (times: number): readonly Slow[] =>
  corpus
    .filter(({ group }) => group !== 'A' && group !== 'H')
    .map((one) => {
      const input = verifyInputOf(one)
      let outcome = ''
      const taken = Array.from({ length: times }, () => {
        const started = performance.now()
        const verdict = verifyResponse(input)
        const milliseconds = performance.now() - started
        outcome = verdict.kind === 'rejected' ? verdict.code : verdict.kind
        return milliseconds
      })
      return { id: one.id, milliseconds: median(taken), outcome }
    })
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
