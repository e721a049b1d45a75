import type { Instant } from '../../core/ids.ts'
import { attribute, childrenOf, is, md, rootOf } from './elements.ts'
import { problem, type TrustProblem } from './problems.ts'
import {
  type Certificates,
  certificatesOf,
  endedAt,
  roleOf,
  type SignOn,
  signOnOf,
  wantsSignedRequests,
} from './read-entity.ts'
import { checkedText } from './text.ts'

/** What metadata say of one identity provider. Nothing of it is believed yet: `follow` decides. */
export type MetadataReading = Certificates & {
  readonly kind: 'read'
  readonly entityId: string
  readonly signOn: SignOn
  readonly wantsSignedRequests: boolean
}
export type ReadSettings = {
  readonly now: Instant
  /** The one that is meant; absent: whichever the metadata name. */
  readonly entityId?: string
  /** One machine: an identity provider on its loopback. */
  readonly local: boolean
}

/** An entity, and what stands around it: each may say until when it is valid. */
type Found = { readonly entity: Element; readonly around: readonly Element[] }

const entitiesIn = (parent: Element, around: readonly Element[]): readonly Found[] => [
  ...childrenOf(parent, md, 'EntityDescriptor').map((entity) => ({ entity, around: [...around, parent] })),
  ...childrenOf(parent, md, 'EntitiesDescriptor').flatMap((inner) => entitiesIn(inner, [...around, parent])),
]

const inAggregate = (root: Element, entityId: string | undefined): Found | TrustProblem => {
  if (entityId === undefined)
    return problem(
      'trust.aggregate',
      'EntitiesDescriptor',
      'the metadata are those of several, and nothing says which one is meant',
      'set saml.entityId, or take the metadata of the one identity provider',
    )
  const meant = entitiesIn(root, []).filter(
    ({ entity }) =>
      attribute(entity, 'entityID') === entityId && childrenOf(entity, md, 'IDPSSODescriptor').length > 0,
  )
  const [found, ...more] = meant
  if (found !== undefined && more.length === 0) return found
  return problem(
    'trust.aggregate',
    'EntitiesDescriptor',
    found === undefined
      ? 'the identity provider is not among them'
      : 'the identity provider stands in it twice',
    'compare saml.entityId with the metadata',
  )
}

const find = (root: Element, entityId: string | undefined): Found | TrustProblem => {
  if (is(root, md, 'EntityDescriptor')) return { entity: root, around: [] }
  if (is(root, md, 'EntitiesDescriptor')) return inAggregate(root, entityId)
  return problem(
    'trust.root',
    'metadata',
    'must be an EntityDescriptor of SAML 2.0',
    'look whether this is the address, or the file, of the identity provider’s metadata and not of a page',
  )
}

const entityIdOf = (entity: Element): string | TrustProblem => {
  const id = attribute(entity, 'entityID') ?? ''
  if (id.length > 0 && id.length <= 1024 && id.trim() === id && !/\p{C}/u.test(id)) return id
  return problem(
    'trust.entityId',
    'entityID',
    'must be 1 to 1024 characters that can be seen, without blanks around them',
    'correct it at the identity provider',
  )
}

const isProblem = (value: object | string): value is TrustProblem =>
  typeof value === 'object' && 'kind' in value && value.kind === 'problem'

const readEntity = (
  { entity, around }: Found,
  { now, local }: ReadSettings,
): MetadataReading | TrustProblem => {
  const entityId = entityIdOf(entity)
  if (isProblem(entityId)) return entityId
  const role = roleOf(entity)
  if (isProblem(role)) return role
  const ended = endedAt([...around, entity, role], now)
  if (ended !== undefined) return ended
  const signOn = signOnOf(role, local)
  if (isProblem(signOn)) return signOn
  const certificates = certificatesOf(role)
  if (isProblem(certificates)) return certificates
  return { kind: 'read', entityId, signOn, wantsSignedRequests: wantsSignedRequests(role), ...certificates }
}

/** Reads the metadata of one identity provider. A signature on them is not looked at: what vouches for them is the way they came. */
export const readMetadata = (given: string, settings: ReadSettings): MetadataReading | TrustProblem => {
  const text = checkedText(given)
  if (isProblem(text)) return text
  const root = rootOf(text)
  if (root === undefined)
    return problem(
      'trust.malformed',
      'metadata',
      'must be well-formed XML',
      'look whether this is the address, or the file, of the identity provider’s metadata and not of a page',
    )
  const found = find(root, settings.entityId)
  return isProblem(found) ? found : readEntity(found, settings)
}
