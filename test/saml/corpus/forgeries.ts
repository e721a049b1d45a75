import type { RejectionCode } from '../../../lib/saml/verified.ts'
import type { Case, Edit, World } from './case.ts'
import { emailOf, forged, groups, subjectOf } from './case.ts'
import { edits } from './changes.ts'
import { elementOf, replace, without } from './edit.ts'

/** A case of group B. */
export const wrapped = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  make: (xml: string, world: World) => readonly Edit[],
  more: Partial<Case> = {},
) => ({ id: `b-${id}`, mutation, expected, how: edits(make), ...more })

/** What every wrapping is made of. */
export const assertionName = 'saml:Assertion'
export const signatureName = 'ds:Signature'

/** The words of the attacker in a copy of something genuine. */
export const forge = (text: string, world: World): string =>
  text
    .replaceAll(`>${subjectOf(world)}<`, `>${forged.nameId}<`)
    .replaceAll(`>${emailOf(world)}<`, `>${forged.email}<`)
    .replaceAll(`>${groups[0]}<`, `>${forged.group}<`)

/** The genuine assertion in the attacker’s words, under another ID, without its signature. */
export const forgedAssertion = (xml: string, world: World): string => {
  const genuine = elementOf(xml, assertionName)
  const bare = genuine.includes(`<${signatureName}`) ? without(genuine, signatureName) : genuine
  return forge(bare, world).replace(`ID="_a-${world.caseId}"`, 'ID="_evil"')
}
/** The genuine one, without its signature: what the reference is to find. */
export const bareAssertion = (xml: string): string => without(elementOf(xml, assertionName), signatureName)
export const bareResponse = (xml: string): string => without(xml, signatureName)

/** Turns what is there into the attacker’s words, in place, under another ID. */
export const forgedInPlace = (xml: string, world: World, id: string): readonly Edit[] => [
  replace(xml, `ID="${id}"`, 'ID="_evil"'),
  replace(xml, `>${subjectOf(world)}<`, `>${forged.nameId}<`),
  replace(xml, `>${emailOf(world)}<`, `>${forged.email}<`),
  replace(xml, `>${groups[0]}<`, `>${forged.group}<`),
]
export const assertionId = (world: World): string => `_a-${world.caseId}`
export const responseId = (world: World): string => `_r-${world.caseId}`
/** The Response and what is in it. */
export const forgedResponse = (xml: string, world: World): readonly Edit[] => [
  ...forgedInPlace(xml, world, responseId(world)),
  replace(xml, `ID="${assertionId(world)}"`, 'ID="_evil-assertion"'),
]
/** The schema lets anything in that is not of the protocol’s own namespace. */
export const foreign = (content: string): string => `<x:y xmlns:x="urn:x">${content}</x:y>`
export const extensions = (content: string): string => `<samlp:Extensions>${content}</samlp:Extensions>`
