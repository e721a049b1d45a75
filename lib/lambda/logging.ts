import { Logger } from '@aws-lambda-powertools/logger'
import { isConnectorError } from '../core/errors.ts'

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'SILENT'

/** One structured line per event: ids, counts and names of rules; never a token, an assertion or an attribute's value. */
export const createLogger = (service: string, level: LogLevel): Logger =>
  new Logger({ serviceName: service, logLevel: level })

/**
 * What may be logged of an exception: its kind and where it came from. The message of an error that is not ours can quote a key or a body, and
 * a key holds a person's name.
 */
export const errorFacts = (error: unknown): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error)) return { error: typeof error }
  return {
    error: error.name,
    ...(isConnectorError(error) ? { code: error.code, message: error.message } : {}),
    at: (error.stack ?? '')
      .split('\n')
      .filter((line) => line.trimStart().startsWith('at '))
      .slice(0, 8)
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: errorFacts(error.cause) }),
  }
}
