import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A platform that answers from a script: one entry per request, the last one for ever. */
export type Scripted =
  | {
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'hang'
  | 'drop'
  | 'dropMidway'

export type SeenRequest = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const play = (response: ServerResponse, step: Scripted): void => {
  if (step === 'hang') return
  if (step === 'drop') return void response.destroy()
  if (step === 'dropMidway') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"total":', () => response.destroy())
    return
  }
  response
    .writeHead(step.status, { 'content-type': 'application/json', ...step.headers })
    .end(step.body ?? '{}')
}

export const scriptedServer = async (...script: readonly Scripted[]) => {
  const seen: SeenRequest[] = []
  let connections = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    play(response, script[Math.min(seen.length, script.length) - 1] ?? { status: 500 })
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: seen as readonly SeenRequest[],
    connections: () => connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
