/** As much of DER (X.690) as a certificate of our own needs. */
const lengthOf = (bytes: number): Buffer => {
  if (bytes < 128) return Buffer.of(bytes)
  const digits = Buffer.from(
    bytes.toString(16).padStart(bytes < 256 ? 2 : bytes < 65_536 ? 4 : 6, '0'),
    'hex',
  )
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits])
}

const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => element(0x30, ...contents)
export const set = (...contents: readonly Uint8Array[]): Buffer => element(0x31, ...contents)
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text))
export const octets = (content: Uint8Array): Buffer => element(0x04, content)
/** All bits used. */
export const bits = (content: Uint8Array, unused = 0): Buffer => element(0x03, Buffer.of(unused), content)
export const yes = Buffer.of(0x01, 0x01, 0xff)
export const nothing = Buffer.of(0x05, 0x00)
/** Non-negative, big-endian. */
export const integer = (bytes: Uint8Array): Buffer =>
  element(0x02, (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
export const tagged = (number: number, content: Uint8Array): Buffer => element(0xa0 | number, content)

const base128 = (arc: number): readonly number[] => {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(128 + (rest % 128))
  return digits
}
export const identifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** RFC 5280 4.1.2.5: two digits of the year until 2049. */
export const time = (at: Date): Buffer => {
  const text = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  return at.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(text.slice(2)))
    : element(0x18, Buffer.from(text))
}
