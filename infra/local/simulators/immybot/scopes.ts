import { anyOf, type Check, integer, isInteger, name, optional, type Shape } from './checks.ts'
import { tenantById } from './lookup.ts'
import type { Scope, World } from './world.ts'

/** The eight kinds of assignment: how they are called, what each needs, how each is shown. */
export type Kind = Scope['kind']

export const assignmentTypes: Readonly<Record<Kind, { readonly name: string; readonly number: number }>> = {
  owner: { name: 'Owner', number: 1 },
  msp: { name: 'Msp', number: 2 },
  'tenant-tag': { name: 'TenantTag', number: 3 },
  'specific-tenant': { name: 'SpecificTenant', number: 4 },
  'user-tenant': { name: 'UserTenant', number: 5 },
  'tag-resource': { name: 'TagResource', number: 6 },
  'specific-resource': { name: 'SpecificResource', number: 7 },
  'category-resource': { name: 'CategoryResource', number: 8 },
}
export const kinds = Object.keys(assignmentTypes) as readonly Kind[]

/** Computers are the only resource so far. */
const resourceType: Check = anyOf(integer, name)

export const scopeFields = (world: World, kind: Kind): Shape => {
  switch (kind) {
    case 'owner':
      return {}
    case 'msp':
      return { mspTenantId: integer }
    case 'tenant-tag':
      return { tagId: integer }
    case 'specific-tenant':
      return { tenantId: integer }
    case 'user-tenant':
      return { tenantId: world.switches.userTenantNamed ? integer : optional(integer) }
    case 'tag-resource':
      return { tagId: integer, resourceType }
    case 'specific-resource':
      return { resourceId: integer, resourceType }
    case 'category-resource':
      return { resourceType, resourceCategory: anyOf(integer, name) }
  }
}

type Fields = Readonly<Record<string, unknown>>
const number = (fields: Fields, field: string): number => (isInteger(fields[field]) ? fields[field] : 0)
const either = (fields: Fields, field: string): number | string => {
  const value = fields[field]
  return typeof value === 'string' ? value : number(fields, field)
}

/** The scope a checked dto means, or what is wrong with it. */
export const scopeOf = (world: World, kind: Kind, dto: Fields): Scope | string => {
  const tag = (id: number): boolean => world.tags.some((one) => one.id === id)
  switch (kind) {
    case 'owner':
    case 'user-tenant':
      return { kind }
    case 'msp': {
      const mspTenantId = number(dto, 'mspTenantId')
      return tenantById(world, mspTenantId)?.isMsp === true
        ? { kind, mspTenantId }
        : 'mspTenantId: not the tenant of an MSP'
    }
    case 'specific-tenant': {
      const tenantId = number(dto, 'tenantId')
      return tenantById(world, tenantId) === undefined ? 'tenantId: unknown tenant' : { kind, tenantId }
    }
    case 'tenant-tag': {
      const tagId = number(dto, 'tagId')
      return tag(tagId) ? { kind, tagId } : 'tagId: unknown tag'
    }
    case 'tag-resource': {
      const tagId = number(dto, 'tagId')
      return tag(tagId) ? { kind, tagId, resourceType: either(dto, 'resourceType') } : 'tagId: unknown tag'
    }
    case 'specific-resource':
      return { kind, resourceId: number(dto, 'resourceId'), resourceType: either(dto, 'resourceType') }
    case 'category-resource':
      return {
        kind,
        resourceType: either(dto, 'resourceType'),
        resourceCategory: either(dto, 'resourceCategory'),
      }
  }
}

/** A name a person can read. */
export const scopeName = (world: World, scope: Scope): string => {
  switch (scope.kind) {
    case 'owner':
      return 'Owner'
    case 'msp':
      return tenantById(world, scope.mspTenantId)?.name ?? ''
    case 'specific-tenant':
      return tenantById(world, scope.tenantId)?.name ?? ''
    case 'tenant-tag':
    case 'tag-resource':
      return world.tags.find(({ id }) => id === scope.tagId)?.name ?? ''
    case 'user-tenant':
      return "User's Tenant"
    case 'specific-resource':
      return `Resource ${scope.resourceId}`
    case 'category-resource':
      return String(scope.resourceCategory)
  }
}

export const scopeValues = (scope: Scope): readonly string[] => {
  const { kind: _, ...values } = scope
  return Object.values(values).map(String)
}
