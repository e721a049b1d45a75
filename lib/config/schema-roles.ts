import * as z from 'zod'
import { idForm } from './forms.ts'
import { exactlyOne, match } from './schema-matcher.ts'

export const id = (of: string) =>
  z.string().regex(idForm).describe(`${of}: a-z, 0-9 and -, at most 63 characters`)
export const name = (of: string) => z.string().trim().min(1).max(256).describe(of)

const permissions = z
  .union([
    z.array(match).max(500),
    z.record(
      z.string().regex(/^[^\s=][^=]{0,127}$/),
      z.union([match, z.array(match).min(1).max(50)]).describe('a word, or a list of words'),
    ),
  ])
  .describe(
    'a managed role’s permissions: a list of the platform’s names, or, on Netography and ImmyBot, a map of resources to words such as view or [fetch, update]',
  )

export const scopeWords = ['everything', 'msp', 'ownTenant'] as const
export const scopeKeys = ['tenant', 'tenantTag'] as const
const scope = z
  .union([
    z.enum(scopeWords),
    z
      .strictObject({
        tenant: name('one tenant, by its name or its id in quotes').optional(),
        tenantTag: name('the tenants of a tag, by its name or its id in quotes').optional(),
      })
      .describe('one of tenant and tenantTag')
      .meta(exactlyOne(scopeKeys)),
  ])
  .describe(
    'where an ImmyBot role applies: everything, msp, ownTenant, { tenant: NAME } or { tenantTag: NAME }',
  )

export const roleKinds = ['builtin', 'custom', 'restricted', 'intakeRestricted'] as const
export const role = z
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
    permissions: permissions.optional(),
    capabilities: z
      .array(match)
      .max(50)
      .optional()
      .describe('switches of a managed role on Netography: canSendFlow, canMasquerade'),
    intakes: z
      .array(match)
      .min(1)
      .max(500)
      .optional()
      .describe('intakes of a managed restricted role, by name or uuid'),
    scope: scope.optional(),
    owner: name(
      'the ImmyBot tenant a managed role belongs to, by id or name; absent: every tenant',
    ).optional(),
    previously: z
      .array(match)
      .min(1)
      .max(100)
      .optional()
      .describe('names and ids this managed role had before: it is renamed, not made anew'),
  })
  .describe(
    'a role: with permissions it is managed (created and repaired), without them it only has to exist',
  )
  .meta({ id: 'Role', ...exactlyOne(roleKinds) })

export type RoleFile = z.infer<typeof role>
