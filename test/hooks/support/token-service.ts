import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { audience, tenant } from './examples.ts'

export const caller = '99045fe1-7639-4a75-9d4a-577b6ca3810f'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
export type TokenService = {
  /** The origin, as `hooks.entra.authority`. */
  readonly url: string
  readonly pair: Pair
  readonly publicKey: JWK
  /** A token as Entra makes it (version 2), with other claims, header or key. */
  readonly token: (
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
    key?: Parameters<SignJWT['sign']>[0],
  ) => Promise<string>
  /** What the key set answers from now on; `undefined`: it hangs. */
  readonly answer: (status: number | undefined, body?: string, headers?: Record<string, string>) => void
  readonly fetched: () => readonly string[]
  readonly close: () => Promise<void>
}

/** Entra's token service on loopback: keys of one tenant, and tokens signed with them. */
export const openTokenService = async (): Promise<TokenService> => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }
  const paths: string[] = []
  const good = JSON.stringify({ keys: [publicKey] })
  let next: { status: number | undefined; body: string; headers: Record<string, string> } = {
    status: 200,
    body: good,
    headers: {},
  }
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    if (next.status === undefined) return
    response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers })
    response.end(next.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    pair,
    publicKey,
    token: (claims = {}, header = {}, key = pair.privateKey) => {
      const now = Math.floor(Date.now() / 1000)
      const usual = {
        aud: audience,
        iss: `${url}/${tenant}/v2.0`,
        iat: now,
        nbf: now,
        exp: now + 3600,
        azp: caller,
        tid: tenant,
        ver: '2.0',
      }
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'k1', ...header })
        .sign(key)
    },
    answer: (status, body = good, headers = {}) => {
      next = { status, body, headers }
    },
    fetched: () => paths,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
