import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectorError } from '../../lib/core/errors.ts'

export type Listening = { readonly url: string; readonly port: number; readonly close: () => Promise<void> }

/**
 * Loopback only: nothing of a local house may be reachable from another machine. Port 0 takes any free one; `setting` is the variable to
 * change when a fixed one is taken.
 */
export const listen = async (server: Server, port: number, setting = 'PORT'): Promise<Listening> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTaken(port, setting) : error)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        // An open request of somebody else must not keep this process alive.
        setTimeout(() => server.closeAllConnections(), 1000).unref()
      }),
  }
}

export const portTaken = (port: number, setting: string): ConnectorError =>
  new ConnectorError(
    'configurationInvalid',
    `port ${port} of 127.0.0.1 is taken by another program: stop it, or choose another port with ${setting}=…`,
    { field: setting },
  )
