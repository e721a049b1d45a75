import type { MemberId } from '../core/ids.ts'
import { attributesAsk, memberIn, type PreviewAsk, textOf } from './preview-ask.ts'
import { type Bag, bagOf, onlyNames, refuse } from './values.ts'

export type AskedBody = { readonly ask: PreviewAsk; readonly configuration?: string }

const known = ['attributes', 'nameId', 'email', 'assertion', 'member', 'everybody', 'limit', 'after'] as const
const kinds = ['attributes', 'assertion', 'everybody'] as const
type Kind = (typeof kinds)[number] | 'stored'

/** What belongs to one kind of question alone. */
const belongs: readonly (readonly [field: string, kind: Kind])[] = [
  ['nameId', 'attributes'],
  ['email', 'attributes'],
  ['limit', 'everybody'],
  ['after', 'everybody'],
]

const mostPage = 250
const usualPage = 100
const positionForm = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

const pageOf = ({ everybody, limit = usualPage, after }: Bag): PreviewAsk => {
  if (everybody !== true) throw refuse('everybody', 'must be true, or left out')
  const fits = typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= mostPage
  if (!fits) throw refuse('limit', `must be a whole number from 1 to ${mostPage}`)
  if (after === undefined) return { kind: 'everybody', limit }
  const position = textOf(after, 'after')
  // What is no position would be taken for one behind everybody.
  if (!positionForm.test(position)) throw refuse('after', 'must be what the page before gave as next')
  return { kind: 'everybody', limit, after: position }
}

const attributesOf = (bag: Bag, member: MemberId | undefined): PreviewAsk => {
  const { attributes, nameId, email } = bag
  if (bagOf(attributes) === undefined) throw refuse('attributes', 'must be an object of names and values')
  return attributesAsk({ attributes, nameId, email }, member)
}

const assertionOf = ({ assertion }: Bag, member: MemberId | undefined): PreviewAsk => {
  if (typeof assertion !== 'string')
    throw refuse('assertion', 'must be the text of a SAML Response or Assertion, as XML or in base64')
  return { kind: 'assertion', text: assertion, ...(member === undefined ? {} : { member }) }
}

const kindOf = (bag: Bag): Kind => {
  const [kind, another] = kinds.filter((name) => bag[name] !== undefined)
  if (kind !== undefined && another !== undefined)
    throw refuse(another, `does not go with ${kind}; send one of them`)
  for (const [field, its] of belongs)
    if (bag[field] !== undefined && its !== kind) throw refuse(field, `goes with ${its} only`)
  return kind ?? 'stored'
}

const askOf = (bag: Bag, member: MemberId | undefined): PreviewAsk => {
  const kind = kindOf(bag)
  switch (kind) {
    case 'attributes':
      return attributesOf(bag, member)
    case 'assertion':
      return assertionOf(bag, member)
    case 'everybody':
      if (member !== undefined) throw refuse('member', 'does not go with everybody; send one of them')
      return pageOf(bag)
    case 'stored':
      if (member !== undefined) return { kind: 'stored', member }
      throw refuse('body', 'must say whom to look at: attributes, assertion, member or everybody')
  }
}

/** The body of `POST …/preview`. */
export const askIn = (body: Bag): AskedBody => {
  onlyNames(body, [...known, 'configuration'])
  const { configuration, ...bag } = body
  if (configuration !== undefined && typeof configuration !== 'string')
    throw refuse('configuration', 'must be the text of a configuration file, YAML or JSON')
  const ask = askOf(bag, bag.member === undefined ? undefined : memberIn(bag.member))
  return configuration === undefined ? { ask } : { ask, configuration }
}
