import type { Edit } from './case.ts'

/** Small tools for text whose every byte is known: a needle that is not there is a mistake of the corpus. */
export const at = (xml: string, needle: string, from = 0): number => {
  const found = xml.indexOf(needle, from)
  if (found < 0) throw new Error(`${needle} is not in the message`)
  return found
}

export const insert = (position: number, text: string): Edit => ({ at: position, remove: 0, insert: text })
export const before = (xml: string, needle: string, text: string): Edit => insert(at(xml, needle), text)
export const after = (xml: string, needle: string, text: string): Edit =>
  insert(at(xml, needle) + needle.length, text)
/** The first, or the first behind a mark. */
export const replace = (xml: string, needle: string, by: string, behind = ''): Edit => ({
  at: at(xml, needle, behind === '' ? 0 : at(xml, behind)),
  remove: needle.length,
  insert: by,
})
export const replaceAll = (xml: string, needle: string, by: string): readonly Edit[] => {
  const edits: Edit[] = []
  for (let found = xml.indexOf(needle); found >= 0; found = xml.indexOf(needle, found + needle.length))
    edits.push({ at: found, remove: needle.length, insert: by })
  if (edits.length === 0) throw new Error(`${needle} is not in the message`)
  return edits
}

/** An element, from its opening to its closing tag; of several nested ones of a name the outermost. */
export const range = (
  xml: string,
  name: string,
  from = 0,
): { readonly start: number; readonly end: number } => {
  const start = at(xml, `<${name}`, from)
  const closing = `</${name}>`
  return { start, end: at(xml, closing, start) + closing.length }
}
export const elementOf = (xml: string, name: string, from = 0): string => {
  const { start, end } = range(xml, name, from)
  return xml.slice(start, end)
}
export const remove = (xml: string, name: string, from = 0): Edit => {
  const { start, end } = range(xml, name, from)
  return { at: start, remove: end - start, insert: '' }
}
export const without = (xml: string, name: string): string => xml.replace(elementOf(xml, name), '')

const sorted = (edits: readonly Edit[]): readonly Edit[] => edits.toSorted((one, two) => one.at - two.at)

export const edited = (xml: string, edits: readonly Edit[]): string => {
  let done = ''
  let position = 0
  for (const { at: start, remove: length, insert: text } of sorted(edits)) {
    if (start < position) throw new Error('edits overlap')
    done += xml.slice(position, start) + text
    position = start + length
  }
  return done + xml.slice(position)
}

/** What turns the mutant into the valid message again. */
export const undoing = (xml: string, edits: readonly Edit[]): readonly Edit[] => {
  let shift = 0
  return sorted(edits).map(({ at: start, remove: length, insert: text }) => {
    const inverse = { at: start + shift, remove: text.length, insert: xml.slice(start, start + length) }
    shift += text.length - length
    return inverse
  })
}
