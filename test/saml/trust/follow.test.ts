import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goneFor } from '../../../lib/core/certificate-news.ts'
import { connectionId, type Instant, later } from '../../../lib/core/ids.ts'
import type { IdentityProvider } from '../../../lib/core/ports/logins.ts'
import {
  type FollowSettings,
  follow,
  mostGone,
  readmit,
  revoke,
  usableCertificates,
} from '../../../lib/saml/trust/follow.ts'
import type { MetadataReading } from '../../../lib/saml/trust/metadata.ts'
import { certificate, certificateApart, type Made, now } from './metadata-text.ts'

const connection = connectionId('acme')
const settings: FollowSettings = { connection, url: 'https://idp.example/m' }
const reading = (names: readonly string[], entityId = 'urn:idp'): MetadataReading => ({
  kind: 'read',
  entityId,
  signOn: { redirect: 'https://idp.example/sso' },
  wantsSignedRequests: false,
  certificates: names.map((name) => ({ fingerprint: name, certificate: `der-${name}`, notAfter: now })),
  unsuitable: [],
})
const followed = (
  before: IdentityProvider | undefined,
  names: readonly string[],
  at: Instant = now,
  more: Partial<FollowSettings> = {},
) => {
  const next = follow(before, reading(names), { ...settings, ...more }, at)
  if (next.kind === 'problem') throw new Error(next.code)
  return next
}
const names = (provider: IdentityProvider, at: Instant): readonly string[] =>
  usableCertificates(provider, at).map(({ fingerprint }) => fingerprint)
const day = 86_400

test('the first metadata are believed, and each certificate is announced', () => {
  expect(followed(undefined, ['a', 'b'])).toEqual({
    kind: 'followed',
    provider: {
      connection,
      entityId: 'urn:idp',
      signOn: { redirect: 'https://idp.example/sso' },
      wantsSignedRequests: false,
      certificates: [
        { fingerprint: 'a', certificate: 'der-a', notAfter: now, since: now },
        { fingerprint: 'b', certificate: 'der-b', notAfter: now, since: now },
      ],
      readAt: now,
      url: 'https://idp.example/m',
      edition: 0,
    },
    notes: [
      { kind: 'certificateTrusted', fingerprint: 'a' },
      { kind: 'certificateTrusted', fingerprint: 'b' },
    ],
    unsuitable: [],
  })
})

test('all replaced at once: the new one counts at once, the old one for seven days, and both are told once', () => {
  const first = followed(undefined, ['a']).provider
  const next = followed(first, ['b'], later(now, day))
  expect(next.notes).toEqual([
    { kind: 'certificateTrusted', fingerprint: 'b' },
    { kind: 'certificateGone', fingerprint: 'a' },
  ])
  const again = followed(next.provider, ['b'], later(now, 2 * day))
  expect(again.notes).toEqual([])
  expect(names(again.provider, later(now, day + goneFor - 1))).toEqual(['a', 'b'])
  expect(names(again.provider, later(now, day + goneFor))).toEqual(['b'])
  const over = followed(again.provider, ['b'], later(now, day + goneFor))
  expect(over.provider.certificates.map(({ fingerprint }) => fingerprint)).toEqual(['b'])
  expect(over.notes).toEqual([])
})

test('who returns within the seven days was never gone; after them it is new', () => {
  const gone = followed(followed(undefined, ['a', 'b']).provider, ['b'], later(now, day)).provider
  const back = followed(gone, ['a', 'b'], later(now, 3 * day))
  expect(back.notes).toEqual([])
  expect(back.provider.certificates[0]).toEqual({
    fingerprint: 'a',
    certificate: 'der-a',
    notAfter: now,
    since: now,
  })
  const late = followed(gone, ['a', 'b'], later(now, 9 * day))
  expect(late.notes).toEqual([{ kind: 'certificateTrusted', fingerprint: 'a' }])
})

describe('the entityID', () => {
  const before = followed(undefined, ['a']).provider
  test('is that of the first metadata, and another one is refused', () => {
    expect(follow(before, reading(['a'], 'urn:other'), settings, now)).toMatchObject({
      kind: 'problem',
      code: 'trust.otherEntity',
    })
  })
  test('is that of the configuration from the first metadata on', () => {
    expect(follow(undefined, reading(['a']), { ...settings, entityId: 'urn:other' }, now)).toMatchObject({
      code: 'trust.otherEntity',
    })
  })
  test('changes when the configuration names the new one, and nothing of the old one goes on being trusted', () => {
    const revoked = revoke(before, 'a', 'lost', now)?.provider
    const other = reading(['a', 'c'], 'urn:other')
    const next = follow(
      followed(revoked, ['a', 'b']).provider,
      other,
      { ...settings, entityId: 'urn:other' },
      now,
    )
    expect(next).toMatchObject({ notes: [{ kind: 'certificateTrusted', fingerprint: 'c' }] })
    expect(next.kind === 'followed' && names(next.provider, now)).toEqual(['c'])
  })
})

test('a revoked certificate stays so whatever metadata say, until a person takes it back', () => {
  const before = followed(undefined, ['a', 'b']).provider
  const revoked = revoke(before, 'a', 'lost', later(now, 1))
  expect(revoked?.notes).toEqual([{ kind: 'certificateRevoked', fingerprint: 'a', reason: 'lost' }])
  if (revoked === undefined) throw new Error('not revoked')
  expect(names(revoked.provider, later(now, 1))).toEqual(['b'])
  expect(revoke(revoked.provider, 'a', 'again', now)).toBeUndefined()
  expect(revoke(before, 'zz', 'unknown', now)).toBeUndefined()
  const after = followed(
    followed(revoked.provider, ['b'], later(now, 30 * day)).provider,
    ['a', 'b'],
    later(now, 60 * day),
  )
  expect(after.notes).toEqual([])
  expect(names(after.provider, later(now, 60 * day))).toEqual(['b'])
  const taken = readmit(after.provider, 'a', 'found', later(now, 61 * day))
  expect(taken?.notes).toEqual([{ kind: 'certificateTrusted', fingerprint: 'a', reason: 'found' }])
  expect(taken && names(taken.provider, later(now, 61 * day))).toEqual(['a', 'b'])
  expect(readmit(before, 'a', 'not revoked', now)).toBeUndefined()
})

test('revoked is the key: under every certificate that is made for it, now and later', () => {
  const [a, renewed, last] = ['a', 'renewed', 'last'].map((name) => certificate(name))
  const other = certificateApart('other')
  const read = (...made: readonly (Made | undefined)[]): MetadataReading => ({
    ...reading([]),
    certificates: made
      .filter((one) => one !== undefined)
      .map(({ fingerprint, base64 }) => ({ fingerprint, certificate: base64, notAfter: now })),
  })
  const after = (before: IdentityProvider | undefined, ...made: readonly (Made | undefined)[]) => {
    const next = follow(before, read(...made), settings, now)
    if (next.kind === 'problem') throw new Error(next.code)
    return next
  }
  const before = after(undefined, a, renewed, other).provider
  const revoked = revoke(before, a?.fingerprint ?? '', 'lost', now)
  expect(revoked?.notes.map(({ fingerprint }) => fingerprint)).toEqual([a?.fingerprint, renewed?.fingerprint])
  const next = after(revoked?.provider, a, last, other)
  expect(next.notes).toEqual([])
  expect(next.unsuitable).toEqual([
    { fingerprint: last?.fingerprint, why: 'its key is that of a revoked certificate' },
  ])
  expect(names(next.provider, now)).toEqual([other.fingerprint])
  const back = readmit(next.provider, renewed?.fingerprint ?? '', 'mistaken', now)
  expect(back?.notes).toHaveLength(2)
  expect(names(after(back?.provider, a, renewed, last, other).provider, now)).toHaveLength(4)
})

test('pinned: metadata change where to log in and no certificate; a person changes both', () => {
  const before = followed(undefined, ['a']).provider
  const moved = { ...reading(['b']), signOn: { post: 'https://idp.example/post' } }
  const next = follow(before, moved, { ...settings, pinned: true }, now)
  expect(next).toMatchObject({
    notes: [],
    provider: { signOn: moved.signOn, certificates: before.certificates },
  })
  expect(followed(before, ['b'], now, { pinned: true, byHand: true }).notes).toHaveLength(2)
})

test('metadata that change every hour do not fill the record: what has been gone longest goes first', () => {
  let provider = followed(undefined, ['c0']).provider
  for (let hour = 1; hour <= 40; hour += 1)
    provider = followed(provider, [`c${hour}`], later(now, hour * 3600)).provider
  const kept = names(provider, later(now, 40 * 3600))
  expect(kept).toEqual(Array.from({ length: mostGone + 1 }, (_, n) => `c${28 + n}`))
})

/** What metadata say at some moments, and what an operator revokes in between. */
const step = fc.record({
  hours: fc.integer({ min: 1, max: 120 }),
  names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 4 }),
  revoke: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 5, nil: undefined }),
})

type Step = { readonly hours: number; readonly names: readonly string[]; readonly revoke: string | undefined }
type Model = {
  readonly at: Instant
  /** Until when each counts; undefined: the metadata name it. */
  readonly counts: ReadonlyMap<string, Instant | undefined>
  readonly revoked: ReadonlySet<string>
  /** Who is new with this step. */
  readonly fresh: readonly string[]
}
const inForce = ({ counts, revoked, at }: Pick<Model, 'counts' | 'revoked' | 'at'>): readonly string[] =>
  [...counts]
    .filter(([name, until]) => !revoked.has(name) && (until === undefined || until > at))
    .map(([name]) => name)

const modelled = (model: Model, { hours, names: named, revoke: lost }: Step): Model => {
  const at = later(model.at, hours * 3600)
  const before = new Set(inForce({ ...model, at }))
  const absent = [...model.counts]
    .filter(([name]) => !named.includes(name))
    .map(([name, until]) => [name, until ?? later(at, goneFor)] as const)
  const counts = new Map([...absent, ...named.map((name) => [name, undefined] as const)])
  const fresh = named.filter((name) => !before.has(name) && !model.revoked.has(name))
  const known = inForce({ counts, revoked: model.revoked, at })
  const revoked =
    lost !== undefined && known.includes(lost) ? new Set([...model.revoked, lost]) : model.revoked
  return { at, counts, revoked, fresh }
}

test('any history: trusted is what metadata named within seven days and nobody revoked', () => {
  const follows = (steps: readonly Step[]): void => {
    let model: Model = { at: now, counts: new Map(), revoked: new Set(), fresh: [] }
    let provider: IdentityProvider | undefined
    for (const one of steps) {
      model = modelled(model, one)
      const next = followed(provider, one.names, model.at)
      const told = next.notes.filter(({ kind }) => kind === 'certificateTrusted')
      expect(told.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(model.fresh.toSorted())
      const lost = one.revoke === undefined ? undefined : revoke(next.provider, one.revoke, 'test', model.at)
      provider = lost?.provider ?? next.provider
      expect(names(provider, model.at).toSorted()).toEqual(inForce(model).toSorted())
      const prints = provider.certificates.map(({ fingerprint }) => fingerprint)
      expect(new Set(prints).size).toBe(prints.length)
    }
  }
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), follows))
})
