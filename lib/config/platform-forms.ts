import type { PlatformName } from '../core/configuration.ts'

/** How a platform writes things, as far as only the configuration's checks must know it. */
export type PlatformForms = {
  readonly tenant: { readonly form: RegExp; readonly rule: string; readonly remedy: string }
  /** Of roles we make there; absent: any name. */
  readonly roleName?: { readonly form: RegExp; readonly rule: string }
  /** Words for a map of permissions; absent: they are a list. */
  readonly permissionWords?: readonly string[]
  /** Switches of the portal by the names it shows. */
  readonly portalNames?: Readonly<Record<string, string>>
  /** Permissions that only let somebody look. */
  readonly readingPermission?: RegExp
  /** Calls per second unless the configuration says otherwise: what the vendor asks for, or a polite caller's guess. */
  readonly requestsPerSecond: number
  /** Where a role applies when it does not say so. */
  readonly scopeIn?: (tenant: string) => string | undefined
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const immybotTenant = /^([1-9]\d{0,9}|instance)$/

export const platformForms: Readonly<Record<PlatformName, PlatformForms>> = {
  sekoia: {
    requestsPerSecond: 5,
    tenant: {
      form: uuid,
      rule: 'a Sekoia.io community is named by its uuid',
      remedy: 'copy the uuid from the community’s address in the browser',
    },
  },
  netography: {
    requestsPerSecond: 5,
    // The API makes accounts of 5 to 16 characters; older ones are of other lengths.
    tenant: {
      form: /^[A-Za-z0-9_-]{2,64}$/,
      rule: 'a Netography account is named by its shortname: letters, digits, - and _',
      remedy: 'copy the shortname from the account’s settings',
    },
    roleName: {
      form: /^[\w.-]{1,32}$/,
      rule: 'a Netography role’s name has letters, digits, _, - and ., at most 32',
    },
    permissionWords: ['fetch', 'create', 'update', 'delete', 'readonly', 'all'],
    readingPermission: /:fetch$/,
    portalNames: { canSendNetoDNS: 'Send NetoDNS', canViewAuditLogs: 'View Audit Logs' },
  },
  immybot: {
    requestsPerSecond: 2,
    tenant: {
      form: immybotTenant,
      rule: 'an ImmyBot community is one tenant by its number, or the whole instance',
      remedy: 'write the tenant’s number in quotes, or instance',
    },
    permissionWords: ['view', 'manage', 'full'],
    scopeIn: (tenant) => (/^[1-9]\d*$/.test(tenant) ? `tenant:${tenant}` : undefined),
  },
}
