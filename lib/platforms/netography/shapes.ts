import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'

/** What we read of the platform's objects. */
const text = z.string()
const id = z.string().min(1)

export const userShape = z.object({
  id,
  given_name: text.nullish(),
  family_name: text.nullish(),
  email: text,
  nickname: text.nullish(),
  picture: text.nullish(),
  roles: z.array(text),
})
export type UserShape = z.infer<typeof userShape>

export const actions = ['fetch', 'create', 'update', 'delete'] as const
export type Action = (typeof actions)[number]

export const permissionShape = z.object({
  resource: id,
  fetch: z.boolean().nullish(),
  create: z.boolean().nullish(),
  update: z.boolean().nullish(),
  delete: z.boolean().nullish(),
})
export type PermissionShape = z.infer<typeof permissionShape>

/** Loose, because a switch that only the portal can set shows up, if at all, as a field we do not know. */
export const roleShape = z.looseObject({
  id,
  name: id,
  description: text.nullish(),
  canMasquerade: z.boolean().nullish(),
  canSendFlow: z.boolean().nullish(),
  system: z.boolean().nullish(),
  permissions: z.array(permissionShape).nullish(),
})
export type RoleShape = z.infer<typeof roleShape>

export const keyShape = z.object({ appname: id, roles: z.array(text) })
export type KeyShape = z.infer<typeof keyShape>

export const accountShape = z.object({ shortname: id })
export type AccountShape = z.infer<typeof accountShape>

/** Fit for a header, and for a date. */
export const tokenShape = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().max(1e9),
})

export const descriptionShape = z.object({ paths: z.record(text, z.record(text, z.unknown())) })

/** Parses one answer; names the field that does not fit, never its value. */
export const parsed = <T>(shape: z.ZodType<T>, value: unknown, what: string): T => {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  const path = result.error.issues[0]?.path.join('.') ?? ''
  throw new ConnectorError(
    'platformUnreadable',
    `${what}: the answer's field ${path || '(root)'} is not as documented`,
  )
}
