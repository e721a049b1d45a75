import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { encryptionAlgorithms } from '../../../infra/local/simulators/idp/encryption.ts'
import { parsed } from '../../../infra/local/simulators/idp/signing.ts'
import { namespaces } from '../../../infra/local/simulators/idp/xml.ts'
import { serviceKey } from '../../support/identity-provider.ts'

/** Where two messages differ, as trees: prefixes do not count, nor does what follows from everything else, digests and values of signatures. */
const derived = new Set(['DigestValue', 'SignatureValue'])

const elementsIn = (node: Element): readonly Element[] =>
  Array.from(node.childNodes).filter((child) => child.nodeType === 1) as unknown as readonly Element[]
/** Of the element itself; blanks between elements are nobody’s. */
const textIn = (node: Element): string => {
  const text = Array.from(node.childNodes)
    .filter((child) => child.nodeType !== 1)
    .map((child) => child.nodeValue ?? '')
    .join('')
  return elementsIn(node).length > 0 ? text.trim() : text
}
const attributesIn = (node: Element): ReadonlyMap<string, string> =>
  new Map(
    Array.from(node.attributes)
      .filter(({ name }) => !/^xmlns(:|$)/.test(name))
      .map(({ name, value }) => [name, value]),
  )
const nameOf = (node: Element): string => `{${node.namespaceURI}}${node.localName}`

const differingAttributes = (one: Element, two: Element): readonly string[] => {
  const [left, right] = [attributesIn(one), attributesIn(two)]
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name))
}

/** The topmost places; a child that only one of the two has is its parent’s and its own name’s. */
const differing = (one: Element, two: Element, path: string): readonly string[] => {
  if (nameOf(one) !== nameOf(two)) return [path]
  if (derived.has(one.localName)) return []
  const here = [
    ...differingAttributes(one, two).map((name) => `${path}/@${name}`),
    ...(textIn(one) === textIn(two) ? [] : [path]),
  ]
  const names = new Set([...elementsIn(one), ...elementsIn(two)].map(nameOf))
  const below = [...names].flatMap((name) => {
    const left = elementsIn(one).filter((child) => nameOf(child) === name)
    const right = elementsIn(two).filter((child) => nameOf(child) === name)
    const place = `${path}/${name.slice(name.indexOf('}') + 1)}`
    if (left.length !== right.length) return [place]
    return left.flatMap((child, index) => differing(child, right[index] ?? child, place))
  })
  const order = (node: Element): string => elementsIn(node).map(nameOf).join(' ')
  const moved = below.length === 0 && order(one) !== order(two) ? [path] : []
  return [...here, ...below, ...moved]
}

const content = (algorithm: string, key: Buffer, value: Buffer): string => {
  if (/gcm$/.test(algorithm)) {
    const cipher = createDecipheriv(
      key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm',
      key,
      value.subarray(0, 12),
    )
    cipher.setAuthTag(value.subarray(-16))
    return cipher.update(value.subarray(12, -16), undefined, 'utf8') + cipher.final('utf8')
  }
  const [name, block] =
    algorithm === encryptionAlgorithms.tripleDesCbc
      ? ['des-ede3-cbc', 8]
      : [key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', 16]
  const cipher = createDecipheriv(name as string, key, value.subarray(0, block as number))
  cipher.setAutoPadding(false)
  const padded = Buffer.concat([cipher.update(value.subarray(block as number)), cipher.final()])
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8')
}

/** With every EncryptedAssertion opened, by the key of the one it was written for. */
export const revealed = (xml: string): string =>
  xml.replaceAll(/<saml:EncryptedAssertion.*?<\/saml:EncryptedAssertion>/g, (box) => {
    const [algorithms, values] = [
      [...box.matchAll(/<xenc:EncryptionMethod Algorithm="([^"]+)"/g)].map(([, name = '']) => name),
      [...box.matchAll(/<xenc:CipherValue>([^<]*)</g)].map(([, text = '']) => Buffer.from(text, 'base64')),
    ]
    // In document order: the key stands within the data, or behind it.
    const keyFirst = box.indexOf('<xenc:EncryptedKey') < box.indexOf('<xenc:CipherValue')
    const [wrapped = Buffer.alloc(0), sealed = Buffer.alloc(0)] = keyFirst ? values : values.toReversed()
    const padding =
      algorithms[1] === encryptionAlgorithms.rsa15
        ? constants.RSA_PKCS1_PADDING
        : constants.RSA_PKCS1_OAEP_PADDING
    const key = privateDecrypt({ key: serviceKey().privateKey, padding, oaepHash: 'sha1' }, wrapped)
    const how = `content="${algorithms[0]}" transport="${algorithms[1]}" key="${keyFirst ? 'inside' : 'beside'}"`
    return `<saml:EncryptedAssertion xmlns:saml="${namespaces.saml}" ${how}>${content(algorithms[0] ?? '', key, sealed)}</saml:EncryptedAssertion>`
  })

export const differences = (one: string, two: string, open = revealed): readonly string[] => {
  const [left, right] = [parsed(open(one)).documentElement, parsed(open(two)).documentElement]
  return [...new Set(differing(left, right, left.localName))]
}
