import * as z from 'zod'
import { platformNames } from '../core/configuration.ts'
import { domainForm, durationForm, emailForm, secretForm } from './forms.ts'
import { match, matcher } from './schema-matcher.ts'
import { id, name, role } from './schema-roles.ts'
import { groups, hooks, saml } from './schema-saml.ts'
import { webhooks } from './schema-webhooks.ts'

/**
 * The shape of `rolecall.yaml`, strict at every level. It is published as JSON Schema, so it holds no transforms and no defaults; each description
 * is what an editor shows and what a finding gives as its reason. Rules between fields stand in the checks.
 */
const duration = (of: string) =>
  z.string().regex(durationForm).describe(`${of}: a number and d, h or m, such as 30d, 12h or 15m`)

/** Spelled apart: an object literal with this key looks like a promise to some tools. */
const action = 'then'
export const leavingWords = ['suspend', 'fallbackRole', 'stripRoles', 'delete', 'remove'] as const
const leaving = (of: string) =>
  z
    .strictObject({
      [action]: z
        .enum(leavingWords)
        .describe(
          'the account at once is disabled (suspend, Sekoia.io), gets the fallback role alone (fallbackRole, Netography) or loses its roles and expires (stripRoles, ImmyBot), or it is deleted (delete, the same as remove)',
        ),
      removeAfter: duration('how long a suspended account is kept; absent: for ever').optional(),
    })
    .describe(of)

const budget = (of: string) =>
  z
    .strictObject({
      fraction: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('share of the owned accounts, 0 to 1; 0.2 when absent'),
      floor: z
        .int()
        .min(0)
        .max(10_000)
        .optional()
        .describe('removals allowed however small the community is; 5 when absent'),
    })
    .describe(of)

const safety = z
  .strictObject({
    departures: budget('how many people may leave within the window without approval').optional(),
    revocations: budget('how many roles may be taken away within the window without approval').optional(),
    window: duration('the rolling window in which removals count, 1h to 90d; 24h when absent').optional(),
    minimumAdmins: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('administrators that must always remain; 1 when absent'),
    requiredAdmins: z
      .array(z.string().regex(emailForm).describe('an e-mail address'))
      .max(1000)
      .optional()
      .describe('e-mail addresses of accounts that have to stay administrators; none when absent'),
    whileHeld: z
      .enum(['goOn', 'departuresOnly', 'wait'])
      .optional()
      .describe(
        'what goes on while something waits for approval: everything else (goOn), only people who leave (departuresOnly) or nothing (wait); goOn when absent',
      ),
    protected: z
      .array(z.string().regex(emailForm).describe('an e-mail address'))
      .max(1000)
      .optional()
      .describe('e-mail addresses of accounts nothing happens to without approval'),
  })
  .describe('what is held for a person’s approval instead of being done')

const community = z
  .strictObject({
    id: id('the community’s id'),
    platform: z.enum(platformNames).describe('the platform it is on'),
    tenant: name(
      'the platform’s own id of the community; Sekoia.io: its uuid; Netography: its shortname; ImmyBot: a tenant’s number, or instance',
    ),
    parent: id('the community above it, whose people reach into it').optional(),
    baseUrl: z.string().min(1).max(1000).describe('the platform’s API, such as https://api.sekoia.io'),
    loginUrl: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('the platform’s own login page for these people; absent: the platform’s usual one'),
    credentials: z
      .string()
      .regex(secretForm)
      .describe(
        'where the API key is kept: secretsmanager:NAME, ssm:/PATH, or on one machine env:NAME or file:PATH',
      ),
    mode: z
      .enum(['enforce', 'upsertOnly', 'report'])
      .optional()
      .describe(
        'enforce: everything is done; upsertOnly: nothing is taken away; report: nothing is written; enforce when absent',
      ),
    adopt: z
      .enum(['explicit', 'domain'])
      .optional()
      .describe(
        'domain: an existing account is taken over when its e-mail domain is the connection’s; explicit, the default: only by hand',
      ),
    onDeparture: leaving('what happens to the account of somebody who left').optional(),
    onUnassigned: leaving(
      'what happens to the account of somebody without a role here; as onDeparture when absent',
    ).optional(),
    fallbackRole: id(
      'the role of those whose access was taken, where accounts cannot be disabled',
    ).optional(),
    departedKeepReadAccess: z
      .literal(true)
      .optional()
      .describe('true: whoever holds the fallback role may go on reading with it'),
    onConflict: z
      .enum(['priority', 'leastPrivilege', 'deny'])
      .optional()
      .describe(
        'which of several roles that exclude each other wins; priority, the order of roles, when absent',
      ),
    safety: safety.optional(),
    requestsPerSecond: z
      .number()
      .min(0.1)
      .max(50)
      .optional()
      .describe('ceiling of calls to its base URL; 5 when absent, on ImmyBot 2'),
    roles: z.array(role).max(500).describe('the roles rules may grant, highest priority first'),
    dialect: z
      .record(z.string().regex(/^\w{1,64}$/), match)
      .optional()
      .describe('what the vendor does not publish, by names of letters, digits and _'),
  })
  .describe('a unit of access on a platform')
  .meta({ id: 'Community' })

const connection = z
  .strictObject({
    id: id('the connection’s id, part of its SCIM base URL'),
    domains: z
      .array(z.string().regex(domainForm).describe('an e-mail domain, without @'))
      .max(1000)
      .describe('e-mail domains this identity provider speaks for, such as acme.example'),
    reportUnmentionedAfter: z
      .string()
      .regex(/^([2-9]|[1-9]\d{1,3})d$/)
      .optional()
      .describe(
        'active people of whom it said nothing for so long are reported, and no more than that: days, 2d at least, such as 90d; absent: nobody is',
      ),
    groups: groups.optional(),
    saml: saml.optional(),
    hooks: hooks.optional(),
  })
  .describe('one identity provider’s directory')
  .meta({ id: 'Connection' })

const rule = z
  .strictObject({
    id: id('the rule’s id'),
    connection: id('the connection whose people it is for; absent: all').optional(),
    when: matcher,
    includeCreatedAtLogin: z
      .literal(true)
      .optional()
      .describe('true: roles that may administer are given to members a login has created, too'),
    grant: z
      .array(
        z
          .strictObject({
            community: id('a community of this file'),
            role: id('a role of that community'),
          })
          .describe('a role in a community'),
      )
      .min(1)
      .max(500)
      .describe('what those people get'),
  })
  .describe('who gets which roles')
  .meta({ id: 'Rule' })

export const configurationSchema = z
  .strictObject({
    version: z.literal(1).describe('the version of this format: 1'),
    connections: z.array(connection).max(1000).describe('the identity providers'),
    communities: z.array(community).max(1000).describe('the communities'),
    rules: z.array(rule).max(10_000).describe('who gets which roles'),
    webhooks: webhooks.optional(),
  })
  .describe('Rolecall’s configuration')
  .meta({ title: 'rolecall.yaml' })

export type ConfigurationFile = z.infer<typeof configurationSchema>
export type CommunityFile = ConfigurationFile['communities'][number]

export type PublishedSchema = z.core.JSONSchema.BaseSchema
/** For editors: docs/rolecall.schema.json. */
export const publishedSchema = (): PublishedSchema => z.toJSONSchema(configurationSchema, { io: 'input' })
