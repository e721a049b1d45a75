import * as z from 'zod'
import type { PlatformRequest } from '../http.ts'
import type { Call } from './calls.ts'
import { parsed } from './shapes.ts'

/** The instance's own OpenAPI document, as far as we ask it: which calls there are. */
export type ApiDescription = {
  /** Names in braces may be any. */
  readonly has: (method: PlatformRequest['method'], path: string) => boolean
}

const shape = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

const plain = (path: string): string => path.toLowerCase().replaceAll(/\{[^}]*\}/g, '{}')

export const descriptionOf = async (call: Call): Promise<ApiDescription> => {
  const what = 'reading the API description'
  const { paths } = parsed(shape, await call({ method: 'GET', path: '/swagger/v1/swagger.json', what }), what)
  const known = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${plain(path)}`),
    ),
  )
  return { has: (method, path) => known.has(`${method} ${plain(path)}`) }
}
