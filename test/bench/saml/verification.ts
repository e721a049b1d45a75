import { IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify'
import { instant } from '../../../lib/core/ids.ts'
import { fitsSchema } from '../../../lib/saml/verify/schema.ts'
import { verifyResponse } from '../../../lib/saml/verify/verify.ts'
import { soundResponse, testIssuer, testMetadata, trustedKey } from '../../support/identity-provider.ts'
import { median, percentile } from './numbers.ts'

/** One message, two readers: ours with every check, and samlify as it comes with the same libxml2 and the same schemas. */
export type Verified = {
  readonly groups: number
  readonly kilobytes: number
  readonly ours: { readonly p50: number; readonly p95: number }
  readonly samlify: { readonly p50: number; readonly p95: number }
  /** Median over the rounds of the rounds' medians: a busy machine is as busy for both. */
  readonly ratio: number
}

const acs = 'https://rolecall.test/bench/saml/acs'
const audience = 'https://rolecall.test/bench/saml/metadata'

const serviceProvider = ServiceProvider({
  entityID: audience,
  wantAssertionsSigned: true,
  assertionConsumerService: [
    { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: acs, isDefault: true },
  ],
})
setSchemaValidator({
  validate: async (xml: string) => {
    if (!fitsSchema(xml)) throw new Error('the schema says no')
    return 'valid'
  },
})

const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Object ids, as Entra sends them. */
const groupsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${n.toString(16).padStart(8, '0')}-0b1e-4c5d-8e9f-0123456789ab`)

export const benchVerification = async (
  sizes: readonly (readonly [groups: number, rounds: number, each: number])[],
): Promise<readonly Verified[]> => {
  const provider = IdentityProvider({ metadata: testMetadata() })
  const results: Verified[] = []
  for (const [groups, rounds, each] of sizes) {
    const now = Date.now()
    const message = soundResponse({ now, acs, audience, groups: groupsOf(groups) })
    const ours = (): void => {
      const verdict = verifyResponse({
        samlResponse: [message],
        provider: { entityId: testIssuer, certificates: [trustedKey().certificate] },
        serviceProvider: { entityId: audience, acs },
        decryptionKeys: [],
        now: instant(now),
        transientAllowed: false,
      })
      if (verdict.kind !== 'verified' || verdict.assertion.attributes.groups?.length !== groups)
        throw new Error(`not verified: ${JSON.stringify(verdict).slice(0, 200)}`)
    }
    const bare = async (): Promise<void> => {
      const answer = await serviceProvider.parseLoginResponse(provider, 'post', {
        body: { SAMLResponse: message },
      })
      const found: unknown = answer.extract.attributes?.groups
      if ([found].flat().length !== groups) throw new Error('samlify read something else')
    }
    const times = { ours: [] as number[], bare: [] as number[] }
    const ratios: number[] = []
    for (let round = -1; round < rounds; round += 1) {
      const mine: number[] = []
      const theirs: number[] = []
      for (let n = 0; n < each; n += 1) {
        mine.push(await timed(ours))
        theirs.push(await timed(bare))
      }
      // The first round only warms.
      if (round < 0) continue
      times.ours.push(...mine)
      times.bare.push(...theirs)
      ratios.push(median(mine) / median(theirs))
    }
    results.push({
      groups,
      kilobytes: message.length / 1024,
      ours: { p50: median(times.ours), p95: percentile(times.ours, 95) },
      samlify: { p50: median(times.bare), p95: percentile(times.bare, 95) },
      ratio: median(ratios),
    })
  }
  return results
}
