import { instant } from '../../../lib/core/ids.ts'
import type { VerifyInput } from '../../../lib/saml/verify/input.ts'
import { nextKey, serviceKey, testIssuer, trustedKey } from '../../support/identity-provider.ts'
import { build } from './build.ts'
import { type Case, corpusNow } from './case.ts'

/** What the verifier alone is asked, for those who count its steps or its time. */
export const verifyInputOf = (one: Case): VerifyInput => {
  const { world, exchange } = build(one)
  const [first, second] = [trustedKey().certificate, nextKey().certificate]
  const twoKeys = world.connection === 'rotating' || world.connection === 'without-use'
  return {
    samlResponse: exchange.post.form.flatMap(([name, value]) => (name === 'SAMLResponse' ? [value] : [])),
    provider: { entityId: testIssuer, certificates: twoKeys ? [first, second] : [first] },
    serviceProvider: { entityId: world.audience, acs: world.acs },
    decryptionKeys: [serviceKey().privateKey],
    now: instant(corpusNow),
    transientAllowed: world.connection === 'subject',
  }
}
