import { describe, expect, it } from 'vitest'
import type { CostlyStep } from '../../../lib/saml/verify/input.ts'
import { verifyResponse } from '../../../lib/saml/verify/verify.ts'
import { forged } from './case.ts'
import { corpus } from './corpus.ts'
import { verifyInputOf } from './input.ts'

const looked = (one: (typeof corpus)[number]) => {
  const steps: CostlyStep[] = []
  const verification = verifyResponse(verifyInputOf(one), (step) => steps.push(step))
  return { steps, verification }
}

describe('the verifier by itself', () => {
  // The form is read before the verifier is asked.
  it.each(corpus.filter(({ cheap, id }) => cheap && id !== 'd-json'))(
    '$id, $mutation: refused before any schema, document tree, digest or key',
    (one) => {
      const { steps, verification } = looked(one)
      expect(verification).toEqual({ kind: 'rejected', code: one.expected })
      expect(steps).toEqual([])
    },
  )

  it('computes no digest for whoever has no trusted key', () => {
    const strangers = corpus.filter(
      ({ expected }) => expected === 'sig.untrusted' || expected === 'sig.missing',
    )
    expect(strangers.length).toBeGreaterThan(10)
    for (const one of strangers.filter(
      ({ id }) => !['c-untrusted-assertion', 'c-broken-assertion'].includes(id),
    ))
      expect(looked(one).steps, one.id).not.toContain('digest')
  })

  it('reads nothing of what an attacker put beside the signed words, whatever becomes of the message', () => {
    for (const one of corpus) {
      const { verification } = looked(one)
      if (verification.kind === 'rejected') continue
      const { nameId, attributes } = verification.assertion
      expect(nameId.value, one.id).not.toBe(forged.nameId)
      for (const values of Object.values(attributes)) {
        expect(values, one.id).not.toContain(forged.group)
        expect(values, one.id).not.toContain(forged.email)
      }
    }
  })
})
