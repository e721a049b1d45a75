import { readFileSync } from 'node:fs'
import { type Browser, openBrowser } from '../e2e/browser.ts'
import { openTown, type Town, until } from '../e2e/town.ts'

/** A connection to a foreign identity provider: the rest is the demo world. */
export type ForeignConnection = {
  readonly id: string
  readonly metadata: string
  /** Lines of its `saml` beside metadata and keys. */
  readonly more?: readonly string[]
}

const example = readFileSync(new URL('../../rolecall.yaml', import.meta.url), 'utf8')
const connectionText = ({ id, metadata, more = [] }: ForeignConnection): string =>
  [
    `  - id: ${id}`,
    `    domains: [demo.test]`,
    '    groups: { from: [scim, saml] }',
    '    saml:',
    `      metadata: ${metadata}`,
    '      keys: file:.rolecall/secrets/demo-saml-keys',
    // A busy machine is no reason to show the page of who has to wait.
    '      wait: 15',
    ...more.map((line) => `      ${line}`),
    '',
  ].join('\n')

export type Village = Town & {
  readonly browser: Browser
  readonly loginUrl: (connection: string, query?: string) => string
  readonly metadataOf: (connection: string) => Promise<string>
}

/** A whole house whose connections belong to foreign identity providers; open when each is believed. */
export const openVillage = async (connections: readonly ForeignConnection[]): Promise<Village> => {
  const configuration = example.replace(
    /^connections:\n.*?(?=^communities:)/ms,
    `connections:\n${connections.map(connectionText).join('')}\n`,
  )
  const town = await openTown({ configuration, sweepEvery: 1 })
  const { url } = town.house
  const loginUrl = (connection: string, query = ''): string => `${url}/${connection}/saml/login${query}`
  for (const { id } of connections)
    await until(
      async () => (await fetch(loginUrl(id), { redirect: 'manual' })).status,
      (status) => status === 302 || status === 303 || status === 200,
    )
  return {
    ...town,
    browser: openBrowser(),
    loginUrl,
    metadataOf: async (connection) => {
      const answer = await fetch(`${url}/${connection}/saml/metadata`)
      if (!answer.ok) throw new Error(`metadata of ${connection}: ${answer.status}`)
      return answer.text()
    },
  }
}
