import * as z from 'zod'
import { eventTypes } from '../core/events.ts'
import { secretForm } from './forms.ts'
import { id } from './schema-roles.ts'

const webhook = z
  .strictObject({
    id: id('the webhook’s id, as logs and metrics name it'),
    url: z
      .string()
      .min(1)
      .max(1000)
      .describe('where signed events are sent, such as https://siem.example/rolecall'),
    secret: z
      .string()
      .regex(secretForm)
      .describe(
        'where the signing secret is kept: secretsmanager:INSTANCE/webhooks/NAME, ssm:/INSTANCE/webhooks/NAME, or on one machine env:NAME or file:PATH',
      ),
    events: z
      // The names are for editors; a check says which one was meant.
      .array(
        z
          .string()
          .describe('an event')
          .meta({ enum: [...eventTypes] }),
      )
      .min(1)
      .max(100)
      .optional()
      .describe('the events that are sent; all when absent'),
  })
  .describe('a receiver of operators’ events')
  .meta({ id: 'Webhook' })

export const webhooks = z.array(webhook).max(20).describe('who is told of what happens')

export type WebhookFile = z.infer<typeof webhook>
