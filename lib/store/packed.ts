import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { ConnectorError } from '../core/errors.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** An item holds 400 KB, names and the other attributes included. */
const partSize = 300 * 1024

/** JSON, compressed, in pieces that each fit an item with room to spare. Never an empty list. */
export const pack = async (value: unknown): Promise<readonly Uint8Array[]> => {
  const bytes = await compress(JSON.stringify(value))
  const count = Math.max(1, Math.ceil(bytes.length / partSize))
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * partSize, (n + 1) * partSize))
}

/** The value of `pack`, from its pieces in order. A piece that is missing or damaged is a fault of the store, never a shorter value. */
export const unpack = async <T>(pieces: readonly unknown[], what: string): Promise<T> => {
  try {
    const whole = Buffer.concat(pieces.filter((piece) => piece instanceof Uint8Array))
    return JSON.parse((await decompress(whole)).toString('utf8'))
  } catch (cause) {
    throw new ConnectorError(
      'storeUnavailable',
      `${what} cannot be read: a stored part is missing or damaged`,
      {
        cause,
      },
    )
  }
}
