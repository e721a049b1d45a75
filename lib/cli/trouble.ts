import { isConnectorError } from '../core/errors.ts'

/** What the AWS SDK says, by its error's name, and what a person can do about it. */
const remedies: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'no AWS credentials were found: log in (aws sso login), or name a profile with --profile',
  ResourceNotFoundException:
    'there is no such table in this region: compare --table and --region with the output TableName of the deployment',
  AccessDeniedException: 'these AWS credentials may not use the table: ask for read and write access to it',
  ExpiredTokenException: 'the AWS credentials have expired: log in again',
  UnrecognizedClientException:
    'AWS does not know these credentials: log in again, or name a profile with --profile',
}
const regionMissing = 'no AWS region is known: name it with --region or AWS_REGION'

const causes = (error: unknown): readonly Error[] =>
  error instanceof Error ? [error, ...causes(error.cause)] : []

/** One sentence with its remedy. Anything else is our own mistake: then the stack is what helps. */
export const troubleText = (error: unknown): string => {
  const chain = causes(error)
  for (const { name, message } of chain) {
    const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined
    if (remedy !== undefined) return remedy
    if (message === 'Region is missing') return regionMissing
  }
  if (isConnectorError(error)) return error.message
  return `unexpected, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
