import { constants, createHash, type KeyObject, verify } from 'node:crypto'

/** What counts as a signature here, all of RSA. SHA-1 and HMAC are not on the lists; what is not on a list does not exist. */
type Method = { readonly hash: string; readonly pss: boolean }

const more = 'http://www.w3.org/2001/04/xmldsig-more#'
const newer = 'http://www.w3.org/2007/05/xmldsig-more#'

export const signatureMethods: ReadonlyMap<string, Method> = new Map([
  [`${more}rsa-sha256`, { hash: 'sha256', pss: false }],
  [`${more}rsa-sha384`, { hash: 'sha384', pss: false }],
  [`${more}rsa-sha512`, { hash: 'sha512', pss: false }],
  [`${newer}sha256-rsa-MGF1`, { hash: 'sha256', pss: true }],
  [`${newer}sha384-rsa-MGF1`, { hash: 'sha384', pss: true }],
  [`${newer}sha512-rsa-MGF1`, { hash: 'sha512', pss: true }],
])

export const digestMethods: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  [`${more}sha384`, 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
])

export const exclusive: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
])
export const canonicalForms: ReadonlySet<string> = new Set([
  ...exclusive,
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
])
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

const digest = (hash: string, text: string): string => createHash(hash).update(text, 'utf8').digest('base64')

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** The key's own type decides, so that no key is ever used with another kind of algorithm. */
const isBy = (key: KeyObject, { hash, pss }: Method, material: Buffer, value: Buffer): boolean => {
  if (key.asymmetricKeyType !== 'rsa') return false
  const padding = pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
  return verify(hash, material, { key, ...padding }, value)
}

/** Is this signature value, as written, by one of the keys? */
export const isByOneOf = (
  keys: readonly KeyObject[],
  algorithm: string,
  material: string,
  written: string,
): boolean => {
  const method = signatureMethods.get(algorithm)
  const letters = written.replaceAll(/\s/g, '')
  if (method === undefined || !base64.test(letters)) return false
  const bytes = Buffer.from(material, 'utf8')
  const value = Buffer.from(letters, 'base64')
  return keys.some((key) => isBy(key, method, bytes, value))
}

/** xml-crypto takes constructors: these are called with `new`, and what they return is used. */
const constructing = <Made extends object>(made: Made): (new () => Made) =>
  function constructed() {
    return made
  } as unknown as new () => Made

const unused = (): never => {
  throw new Error('nothing is signed here')
}

/** One signature, tried with every key at once: canonical forms and digests are computed a single time. */
export const signatureAlgorithms = (keys: readonly KeyObject[]) =>
  Object.fromEntries(
    [...signatureMethods.keys()].map((name) => [
      name,
      constructing({
        getAlgorithmName: () => name,
        getSignature: unused,
        verifySignature: (material: string, _key: unknown, written: string): boolean =>
          isByOneOf(keys, name, material, written),
      }),
    ]),
  )

export const hashAlgorithms = (told: () => void) =>
  Object.fromEntries(
    [...digestMethods].map(([name, hash]) => [
      name,
      constructing({
        getAlgorithmName: () => name,
        getHash: (text: string): string => {
          told()
          return digest(hash, text)
        },
      }),
    ]),
  )
