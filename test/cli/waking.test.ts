import type { SQSEvent } from 'aws-lambda'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startQueue } from '../../infra/local/queue.ts'
import { openHouse } from '../../lib/cli/wiring.ts'
import { communityId } from '../../lib/core/ids.ts'

test('a region given to the command is the queue’s, too', async () => {
  vi.stubEnv('AWS_REGION', undefined)
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const woken: string[] = []
  const queue = await startQueue({
    invoke: async (_name, event) => {
      for (const { attributes } of (event as SQSEvent).Records) woken.push(attributes.MessageGroupId ?? '')
    },
  })
  const house = openHouse({
    client: { region: 'eu-west-1' },
    table: 'rolecall',
    local: false,
    egress: 'cli',
    wakeQueueUrl: queue.queueUrl,
    alone: false,
    close: async () => undefined,
  })
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    queue.stop()
    await queue.close()
    await house.close()
  })
  await house.wakeUps.wake(communityId('demo-soc'), 'once')
  await vi.waitFor(() => expect(woken).toEqual(['demo-soc']))
})
