import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How other programs of the same user reach the engine that holds the data. */
export type EndpointFile = {
  readonly endpoint: string
  /** Access key id to sign with. */
  readonly secret: string
  readonly pid: number
  readonly table: string
}
const pathOf = (data: string): string => join(data, 'endpoint')

/** Written beside and renamed: whoever reads it sees all of it, and nobody but its owner can. */
export const writeEndpointFile = (data: string, { endpoint, secret, pid, table }: EndpointFile): void => {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const path = pathOf(data)
  rmSync(`${path}.new`, { force: true })
  writeFileSync(`${path}.new`, `${JSON.stringify({ endpoint, secret, pid, table })}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Undefined when there is none, or when it is no such file. */
export const readEndpointFile = (data: string): EndpointFile | undefined => {
  try {
    const content = JSON.parse(readFileSync(pathOf(data), 'utf8')) as Partial<EndpointFile>
    const { endpoint, secret, pid, table } = content
    return endpoint && secret && pid && table ? { endpoint, secret, pid, table } : undefined
  } catch {
    return undefined
  }
}

export const removeEndpointFile = (data: string): void => rmSync(pathOf(data), { force: true })
