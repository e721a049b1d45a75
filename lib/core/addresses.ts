import type { Connection } from './configuration.ts'
import { fold } from './ids.ts'

/** RFC 5321 §4.5.3.1.3, without its brackets. */
const longest = 254
/** No quoted local parts: nobody has one, and what is between quotes reads like another address. */
const shape = /^[^\s\p{C}@<>()[\]\\,;:"]+@[^\s\p{C}@<>()[\]\\,;:"]+$/u

/** An address as people are invited under. */
export const isAddress = (text: string): boolean => text.length <= longest && shape.test(text)

const ascii = /[!-~]/
/** A letter that is compared as another one: KELVIN SIGN as k, a wide letter as a narrow one. */
const isDisguised = (letter: string): boolean =>
  letter > '\u007F' && (letter.normalize('NFKC') !== letter.normalize('NFC') || ascii.test(fold(letter)))

/**
 * Whether the connection may speak for the address. Looking up folds names, so that nobody is there twice; a mail server does not, so that an address
 * in disguise is somebody else's than the one it is folded to.
 */
export const vouchesFor = ({ domains }: Pick<Connection, 'domains'>, address: string): boolean => {
  const at = address.lastIndexOf('@')
  const domain = fold(address.slice(at + 1))
  return at > 0 && ![...address].some(isDisguised) && domains.some((one) => fold(one) === domain)
}
