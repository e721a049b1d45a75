import { fold } from './ids.ts'
import type { ShownAttributes } from './login.ts'
import type { Attributes, AttributeValue, Member } from './member.ts'

type Bag = { readonly [name: string]: AttributeValue }

/** The core schema's own URN may stand before a path (RFC 7644 §3.10); it adds nothing. */
const coreSchema = 'urn:ietf:params:scim:schemas:core:2.0:user:'

const isBag = (value: AttributeValue): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own properties only: attribute names come from outside. */
const property = (bag: Bag, name: string): AttributeValue | undefined => {
  const wanted = name.toLowerCase()
  const key = Object.keys(bag).find((candidate) => candidate.toLowerCase() === wanted)
  return key === undefined ? undefined : bag[key]
}

const texts = (value: AttributeValue | undefined, steps: readonly string[]): readonly string[] => {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item: AttributeValue) => texts(item, steps))
  if (isBag(value)) {
    const [step, ...rest] = steps
    // RFC 7643 §2.4: the significant part of a complex multi-valued attribute is its `value`.
    return texts(property(value, step ?? 'value'), rest)
  }
  return steps.length === 0 ? [String(value)] : []
}

const coreBag = (member: Member): Bag => ({
  ...member.attributes,
  userName: member.userName,
  ...(member.externalId === undefined ? {} : { externalId: member.externalId }),
  active: member.active,
})

const extensions = (attributes: Attributes): readonly (readonly [string, AttributeValue])[] =>
  Object.entries(attributes).filter(([name]) => name.toLowerCase().startsWith('urn:'))

const inExtensionsByUrn = (member: Member, path: string): readonly string[] => {
  const lowered = path.toLowerCase()
  return extensions(member.attributes).flatMap(([urn, bag]) => {
    const prefix = `${urn.toLowerCase()}:`
    return lowered.startsWith(prefix) ? texts(bag, path.slice(prefix.length).split('.')) : []
  })
}

/**
 * Every value an attribute path names, as text: `userName`, `name.familyName`, `emails.value`, `department` (looked for in the core schema first,
 * then in every extension) or `urn:…:User:department`. Names are case-insensitive (RFC 7643 §2.1).
 */
export const attributeValues = (member: Member, path: string): readonly string[] => {
  const lowered = path.toLowerCase()
  if (lowered.startsWith('urn:') && !lowered.startsWith(coreSchema)) return inExtensionsByUrn(member, path)
  const steps = (lowered.startsWith(coreSchema) ? path.slice(coreSchema.length) : path).split('.')
  const core = texts(coreBag(member), steps)
  if (core.length > 0 || lowered.startsWith(coreSchema)) return core
  return extensions(member.attributes).flatMap(([, bag]) => texts(bag, steps))
}

/** What logins showed under this name: asked where the directory says nothing. */
export const shownValues = (shown: ShownAttributes | undefined, path: string): readonly string[] =>
  Object.entries(shown ?? {})
    .filter(([name]) => fold(name) === fold(path))
    .flatMap(([, values]) => values)
