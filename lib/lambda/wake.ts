import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ConnectorError } from '../core/errors.ts'
import { type CommunityId, communityId } from '../core/ids.ts'
import type { WakeUps } from '../core/ports/work.ts'

export type WakeOptions = {
  readonly queueUrl: string
  /** Of a local stand-in; absent: AWS. */
  readonly endpoint?: string
  readonly region?: string
}

/** One FIFO group per community: the queue itself keeps two workers off one community. The message names the community and nothing else. */
export const createWakeUps = ({ queueUrl, endpoint, region }: WakeOptions): WakeUps => {
  const client = new SQSClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    // The URL names AWS's host; locally only its path matters.
    useQueueUrlAsEndpoint: endpoint === undefined,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  })
  return {
    wake: async (community, deduplication) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify({ community }),
          MessageGroupId: community,
          MessageDeduplicationId: deduplication,
        }),
      )
    },
  }
}

/** The community a wake-up is for. */
export const communityIn = (body: string): CommunityId => {
  try {
    const { community } = JSON.parse(body) as { readonly community?: unknown }
    if (typeof community === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(community)) return communityId(community)
  } catch {
    // Said below: the text itself is not repeated.
  }
  throw new ConnectorError('invalidSyntax', 'a wake-up is {"community": "<id>"} and nothing else')
}
