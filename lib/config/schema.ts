import * as z from 'zod'
import { platformNames } from '../core/configuration.ts'
import { domainForm, durationForm, emailForm, idForm, secretForm } from './forms.ts'
import { exactlyOne, match, matcher } from './schema-matcher.ts'

/**
 * The shape of `rolecall.yaml`, strict at every level. It is published as JSON Schema, so it holds no transforms and no defaults; each description
 * is what an editor shows and what a finding gives as its reason. Rules between fields stand in the checks.
 */
const id = (of: string) => z.string().regex(idForm).describe(`${of}: a-z, 0-9 and -, at most 63 characters`)
const name = (of: string) => z.string().trim().min(1).max(256).describe(of)
const duration = (of: string) =>
  z.string().regex(durationForm).describe(`${of}: a number and d, h or m, such as 30d, 12h or 15m`)

/** Spelled apart: an object literal with this key looks like a promise to some tools. */
const action = 'then'
const leaving = (of: string) =>
  z
    .strictObject({
      [action]: z
        .enum(['suspend', 'remove'])
        .describe('suspend: the account is disabled at once; remove: it is deleted at once'),
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
    protected: z
      .array(z.string().regex(emailForm).describe('an e-mail address'))
      .max(1000)
      .optional()
      .describe('e-mail addresses of accounts nothing happens to without approval'),
  })
  .describe('what is held for a person’s approval instead of being done')

export const roleKinds = ['builtin', 'custom', 'restricted', 'intakeRestricted'] as const
const role = z
  .strictObject({
    id: id('the role’s id, unique within its community'),
    builtin: name('a role the platform brings along, by its name there').optional(),
    custom: name('a role made of permissions, by its name on the platform').optional(),
    restricted: name('a role of permissions on some intakes, by its name on the platform').optional(),
    intakeRestricted: name(
      'a read-only role on some intakes that excludes every other, by its name on the platform',
    ).optional(),
    description: z
      .string()
      .trim()
      .min(10)
      .max(1000)
      .optional()
      .describe('what a managed role is for, 10 to 1000 characters'),
    permissions: z
      .array(match)
      .min(1)
      .max(500)
      .optional()
      .describe('the platform’s permission names of a managed role'),
    intakes: z
      .array(match)
      .min(1)
      .max(500)
      .optional()
      .describe('intakes of a managed restricted role, by name or uuid'),
  })
  .describe(
    'a role: with permissions it is managed (created and repaired), without them it only has to exist',
  )
  .meta({ id: 'Role', ...exactlyOne(roleKinds) })

const community = z
  .strictObject({
    id: id('the community’s id'),
    platform: z.enum(platformNames).describe('the platform it is on'),
    tenant: name('the platform’s own id of the community; Sekoia.io: its uuid'),
    baseUrl: z.string().min(1).max(1000).describe('the platform’s API, such as https://api.sekoia.io'),
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
      .describe('ceiling of calls to its base URL; 5 when absent'),
    roles: z.array(role).max(500).describe('the roles rules may grant, highest priority first'),
    dialect: z
      .record(z.string().regex(/^\w{1,64}$/), match)
      .optional()
      .describe('field names the vendor does not publish'),
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
  })
  .describe('one identity provider’s directory')
  .meta({ id: 'Connection' })

const rule = z
  .strictObject({
    id: id('the rule’s id'),
    connection: id('the connection whose people it is for; absent: all').optional(),
    when: matcher,
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
  })
  .describe('Rolecall’s configuration')
  .meta({ title: 'rolecall.yaml' })

export type ConfigurationFile = z.infer<typeof configurationSchema>
export type CommunityFile = ConfigurationFile['communities'][number]
export type RoleFile = CommunityFile['roles'][number]

export type PublishedSchema = z.core.JSONSchema.BaseSchema
/** For editors: docs/rolecall.schema.json. */
export const publishedSchema = (): PublishedSchema => z.toJSONSchema(configurationSchema, { io: 'input' })
