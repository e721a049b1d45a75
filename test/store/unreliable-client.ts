import { createDocumentClient } from '../../lib/store/client.ts'

/** A real client whose requests fail as the given function says: before they are sent, or after they were carried out. */
export const createUnreliableClient = (
  endpoint: string,
  fate: (command: string) => { readonly error: Error; readonly afterwards?: boolean } | undefined,
) => {
  const client = createDocumentClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const failure = fate(String(context.commandName))
      if (failure && !failure.afterwards) throw failure.error
      const answer = await next(args)
      if (failure) throw failure.error
      return answer
    },
    { step: 'initialize', name: 'fate' },
  )
  return client
}

export const fault = (name: string, httpStatusCode?: number): Error =>
  Object.assign(new Error(name), {
    name,
    $metadata: httpStatusCode === undefined ? {} : { httpStatusCode },
  })
