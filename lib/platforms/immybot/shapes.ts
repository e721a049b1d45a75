import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'

/** What we read of the platform's objects; fields we do not need may come and go. */
const id = z.number().int()
const text = z.string()

export const userShape = z.object({
  id,
  email: text.nullish(),
  tenantId: id,
  isAdmin: z.boolean().nullish(),
  isMsp: z.boolean().nullish(),
  type: z.union([text, z.number()]).nullish(),
  azurePrincipalId: text.nullish(),
  isExpired: z.boolean().nullish(),
  expirationDateUTC: text.nullish(),
  personId: id.nullish(),
  canManageCrossTenantDeployments: z.boolean().nullish(),
  hasManagementAccess: z.boolean().nullish(),
  roles: z.array(z.union([text, z.number()])).nullish(),
})
export type UserShape = z.infer<typeof userShape>

export const personShape = z.object({
  id,
  emailAddress: text.nullish(),
  azurePrincipalId: text.nullish(),
  tenantId: id,
  userId: id.nullish(),
})
export type PersonShape = z.infer<typeof personShape>

export const tenantShape = z.object({
  id,
  name: text,
  isMsp: z.boolean().nullish(),
  tenantTagIds: z.array(id).nullish(),
  tenantTagNames: z.array(text).nullish(),
})
export type TenantShape = z.infer<typeof tenantShape>

export const roleShape = z.object({
  id,
  name: text,
  description: text.nullish(),
  roleTypeName: text.nullish(),
  userCount: z.number().nullish(),
  roleClaims: z.array(z.object({ claimType: text.nullish(), claimValue: text.nullish() })).nullish(),
  ownerTenantId: id.nullish(),
})
export type RoleShape = z.infer<typeof roleShape>

const permissionRef = z.union([text, z.object({ id: text })])
const permissionShape = z.object({
  id: text,
  category: z.union([text, z.number()]),
  dependencies: z.array(permissionRef).nullish(),
  hasGreatPower: z.boolean().nullish(),
  isMspOnly: z.boolean().nullish(),
  isSystemManaged: z.boolean().nullish(),
})
export const subjectShape = z.object({
  id: z.union([text, z.number()]),
  name: text,
  permissions: z.array(permissionShape),
})
export type SubjectShape = z.infer<typeof subjectShape>

export const groupShape = z.object({ id, name: text, description: text.nullish(), tenantId: id.nullish() })
export type GroupShape = z.infer<typeof groupShape>

export const memberShape = z.object({ userId: id, groupId: id })
export type MemberShape = z.infer<typeof memberShape>

export const assignmentShape = z.object({
  id,
  userId: id.nullish(),
  groupId: id.nullish(),
  roleId: id,
  isAllow: z.boolean(),
  assignmentType: z.union([z.number(), text]),
  roleName: text.nullish(),
  scope: z.unknown(),
  claimValues: z.array(z.unknown()).nullish(),
})
export type AssignmentShape = z.infer<typeof assignmentShape>

export const callerShape = z.object({
  userId: id,
  tenantId: id.nullish(),
  displayName: text.nullish(),
  isAdmin: z.boolean().nullish(),
  currentReleaseVersion: z.unknown(),
})
export type CallerShape = z.infer<typeof callerShape>

/** DevExtreme lists come bare or wrapped, as the instance's settings have it. */
export const dxShape = z.union([
  z.array(z.unknown()),
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
])

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
