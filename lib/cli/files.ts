import { readFile, writeFile } from 'node:fs/promises'
import { ConnectorError } from '../core/errors.ts'

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'

export const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = codeOf(cause)
    const what = reason === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${reason})`
    throw new ConnectorError('notFound', `${what}; name a file that can be read`, { cause })
  }
}

/** Never over a file that is there. Readable by its owner: it may hold addresses of people. */
export const writeNew = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const reason = codeOf(cause)
    const what = reason === 'EEXIST' ? `${path} is there already` : `${path} cannot be written (${reason})`
    throw new ConnectorError('invalidValue', `${what}; name a new file`, { cause })
  }
}
