/** An answer the service gives instead of a result; shaped as dynalite throws its own. */
export type ServiceError = Error & { readonly statusCode: number; readonly body: ErrorBody }
type ErrorBody = { readonly __type: string; readonly message?: string } & Readonly<Record<string, unknown>>

export const serviceError = (
  name: string,
  message: string,
  extra: Readonly<Record<string, unknown>> = {},
  statusCode = 400,
): ServiceError =>
  Object.assign(new Error(message), {
    statusCode,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...extra },
  })

export const validationError = (message: string): ServiceError =>
  Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: 'com.amazon.coral.validate#ValidationException', message },
  })

export const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'statusCode' in error && 'body' in error

/** `ConditionalCheckFailedException`, without its namespace. */
export const errorName = (error: ServiceError): string => error.body.__type.split('#')[1] ?? ''
