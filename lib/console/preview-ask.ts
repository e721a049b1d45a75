import { type MemberId, memberId } from '../core/ids.ts'
import type { ShownAttributes } from '../core/login.ts'
import { type Bag, bagOf, onlyNames, refuse } from './values.ts'

export type NameId = { readonly value: string; readonly format: string }
/** What somebody wants to see, once it is known to be in order. */
export type PreviewAsk =
  | { readonly kind: 'stored'; readonly member: MemberId }
  | {
      readonly kind: 'attributes'
      readonly attributes: ShownAttributes
      readonly nameId?: NameId
      readonly email?: string
      readonly member?: MemberId
    }
  | { readonly kind: 'assertion'; readonly text: string; readonly member?: MemberId }
  | { readonly kind: 'everybody'; readonly limit: number; readonly after?: string }
export type LoginAsk = Extract<PreviewAsk, { readonly kind: 'attributes' | 'assertion' }>

const most = { names: 200, values: 2_000, characters: 4_096 } as const
const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

export const textOf = (value: unknown, field: string): string => {
  if (typeof value !== 'string') throw refuse(field, 'must be text')
  if (value.trim() === '') throw refuse(field, 'must not be empty; leave it out where there is none')
  if (value.length > most.characters) throw refuse(field, `must have at most ${most.characters} characters`)
  return value
}

const valuesOf = (value: unknown, field: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const one of list)
    if (typeof one !== 'string' || one.length > most.characters)
      throw refuse(
        field,
        `must be text, or a list of texts, of at most ${most.characters} characters each; numbers go in quotes`,
      )
  return list as readonly string[]
}

/** `{name: "value", other: ["a", "b"]}` to what an assertion's attributes are read to. */
export const attributesIn = (value: unknown): ShownAttributes => {
  const bag = bagOf(value)
  if (bag === undefined) throw refuse('attributes', 'must be an object of names and values')
  const names = Object.keys(bag)
  if (names.length > most.names) throw refuse('attributes', `must be at most ${most.names}`)
  const attributes = Object.create(null) as { [name: string]: readonly string[] }
  for (const name of names) attributes[name] = valuesOf(bag[name], `attributes.${name.slice(0, 64)}`)
  if (Object.values(attributes).flat().length > most.values)
    throw refuse('attributes', `must have at most ${most.values} values together`)
  return attributes
}

const nameIdIn = (value: unknown): NameId => {
  const bag = bagOf(value)
  if (bag === undefined) return { value: textOf(value, 'nameId'), format: persistent }
  onlyNames(bag, ['value', 'format'])
  return {
    value: textOf(bag.value, 'nameId.value'),
    format: bag.format === undefined ? persistent : textOf(bag.format, 'nameId.format'),
  }
}

const idForm = /^[\w-]{1,64}$/
export const memberIn = (value: unknown): MemberId => {
  const text = textOf(value, 'member')
  if (!idForm.test(text))
    throw refuse('member', 'must be the id of a member, as npx rolecall explain shows it')
  return memberId(text.toLowerCase())
}

const personIn = ({ nameId, email }: Bag) => ({
  ...(nameId === undefined ? {} : { nameId: nameIdIn(nameId) }),
  ...(email === undefined ? {} : { email: textOf(email, 'email') }),
})

/**
 * The file of `--attributes`: `{"attributes": {…}, "nameId": …, "email": …}`, or the attributes themselves. There `nameId` is no attribute, and `email` is
 * both.
 */
export const attributesAsk = (bag: Bag, member?: MemberId): LoginAsk => {
  const apart = bagOf(bag.attributes) !== undefined
  if (apart) onlyNames(bag, ['attributes', 'nameId', 'email'])
  const { nameId: _nameId, ...flat } = bag
  return {
    kind: 'attributes',
    attributes: attributesIn(apart ? bag.attributes : flat),
    ...personIn(apart || typeof bag.email === 'string' ? bag : { nameId: bag.nameId }),
    ...(member === undefined ? {} : { member }),
  }
}
