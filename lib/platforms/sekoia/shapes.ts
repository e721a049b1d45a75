import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'

/** What we read of the platform's objects; fields we do not need may come and go. */
const text = z.string()
const uuid = z.string().min(1)

export const avatarShape = z.object({
  uuid,
  role_uuid: text.nullish(),
  user: z
    .object({
      uuid: text.nullish(),
      email: text.nullish(),
      confirmed: z.boolean().nullish(),
      invitation_v2: z.object({ email: text.nullish() }).nullish(),
    })
    .nullish(),
  created_at: text.nullish(),
  status: z.enum(['enabled', 'disabled']),
  roles: z.array(z.object({ uuid })),
})
export type AvatarShape = z.infer<typeof avatarShape>

export const roleShape = z.object({
  uuid,
  name: text,
  community_uuid: text.nullish(),
  description: text.nullish(),
  permissions: z.array(z.object({ name: text })),
  is_restricted: z.boolean().nullish(),
  intake_uuids: z.array(text).nullish(),
  total_members: z.number().nullish(),
})
export type RoleShape = z.infer<typeof roleShape>

export const permissionShape = z.object({ uuid, name: text })
export type PermissionShape = z.infer<typeof permissionShape>

export const intakeShape = z.object({ uuid, name: text })
export type IntakeShape = z.infer<typeof intakeShape>

export const communityShape = z.object({
  uuid: text.nullish(),
  name: text.nullish(),
  is_parent: z.boolean().nullish(),
  parent_community_uuid: text.nullish(),
  /** Ids, or objects that hold them. */
  subcommunities: z.array(z.union([text, z.object({ uuid })])).nullish(),
  disable_inactive_avatars: z.boolean().nullish(),
  disabled: z.boolean().nullish(),
})
export type CommunityShape = z.infer<typeof communityShape>

export const callerShape = z.object({ uuid: text.nullish() })
/** Seconds, up to the last that a date can hold. */
export const claimsShape = z.object({ exp: z.number().min(0).max(8.64e12).nullish() })
export const apiKeyShape = z.object({
  uuid,
  status: text.nullish(),
  expires_at: text.nullish(),
  short_key: text.nullish(),
})
export type ApiKeyShape = z.infer<typeof apiKeyShape>
export const ownPermissionShape = z.object({ name: text })

export const pageShape = z.object({ total: z.number().int().min(0), items: z.array(z.unknown()) })
export type PageShape = z.infer<typeof pageShape>

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
