/** The catalogue of `GET /roles/permissions`: subjects, and what may be done to each. Over a hundred exist; these are enough to live by. */
export type Category = 'View' | 'CoreCapability' | 'Advanced'
export type Permission = {
  readonly id: string
  readonly displayName: string
  readonly category: Category
  readonly dependencies: readonly string[]
  /** Cannot be limited to tenants. */
  readonly isSystemManaged: boolean
  readonly isMspOnly: boolean
  readonly hasGreatPower: boolean
}
export type Subject = {
  readonly id: string
  readonly name: string
  readonly isResourceBased: boolean
  readonly permissions: readonly Permission[]
}

type Traits = 'system' | 'msp' | 'power'
type Row = readonly [name: string, words: string, category: Category, needs?: string, traits?: string]

const subject = (id: string, name: string, rows: readonly Row[], isResourceBased = false): Subject => ({
  id,
  name,
  isResourceBased,
  permissions: rows.map(([own, displayName, category, needs = '', traits = '']) => {
    const has = (trait: Traits): boolean => traits.split(' ').includes(trait)
    return {
      id: `${id}:${own}`,
      displayName,
      category,
      dependencies: needs.split(' ').filter((one) => one !== ''),
      isSystemManaged: has('system'),
      isMspOnly: has('msp'),
      hasGreatPower: has('power'),
    }
  }),
})

const simple = (id: string, name: string, traits = ''): Subject =>
  subject(id, name, [
    ['view', `View ${name}`, 'View', '', traits],
    ['manage', `Manage ${name}`, 'CoreCapability', `${id}:view`, traits],
  ])

export const subjects: readonly Subject[] = [
  subject(
    'computers',
    'Computers',
    [
      ['view', 'View Computers', 'View'],
      ['manage', 'Manage Computers', 'CoreCapability', 'computers:view'],
      ['run-maintenance', 'Run Maintenance', 'CoreCapability', 'computers:view deployments:view'],
      ['terminal', 'Use Terminal', 'Advanced', 'computers:view scripts:run', 'power'],
      ['delete', 'Delete Computers', 'Advanced', 'computers:manage'],
    ],
    true,
  ),
  subject('deployments', 'Deployments', [
    ['view', 'View Deployments', 'View'],
    ['manage', 'Manage Deployments', 'CoreCapability', 'deployments:view software:view'],
    [
      'manage-cross-tenant',
      'Manage Cross-Tenant Deployments',
      'Advanced',
      'deployments:manage',
      'system msp power',
    ],
    [
      'request-cross-tenant',
      'Request Cross-Tenant Deployment Changes',
      'Advanced',
      'deployments:view',
      'system msp',
    ],
  ]),
  subject('scripts', 'Scripts', [
    ['view', 'View Scripts', 'View'],
    ['manage', 'Manage Scripts', 'CoreCapability', 'scripts:view'],
    ['run', 'Run Scripts', 'Advanced', 'scripts:view', 'power'],
  ]),
  simple('software', 'Software'),
  subject('tenants', 'Tenants', [
    ['view', 'View Tenants', 'View'],
    ['manage', 'Manage Tenants', 'CoreCapability', 'tenants:view'],
    ['delete', 'Delete Tenants', 'Advanced', 'tenants:manage', 'system msp power'],
  ]),
  subject('users', 'Users', [
    ['view', 'View Users', 'View', 'persons:view'],
    ['manage', 'Manage Users', 'CoreCapability', 'users:view'],
    ['impersonate', 'Impersonate Users', 'Advanced', 'users:view', 'power'],
  ]),
  subject('roles', 'Roles', [
    ['view', 'View Roles', 'View'],
    ['manage', 'Manage Roles', 'CoreCapability', 'roles:view', 'power'],
    ['assign', 'Assign Roles', 'CoreCapability', 'roles:view users:view', 'power'],
    ['assign-cross-tenant', 'Assign Cross-Tenant Roles', 'Advanced', 'roles:assign', 'system msp power'],
    ['manage-public', 'Manage Public Roles', 'Advanced', 'roles:manage', 'system msp power'],
  ]),
  simple('groups', 'Groups'),
  simple('persons', 'People'),
  simple('schedules', 'Schedules'),
  simple('licenses', 'Licenses'),
  simple('preferences', 'Preferences', 'system'),
  simple('billing', 'Billing', 'system msp'),
]

export const permissions: readonly Permission[] = subjects.flatMap((one) => one.permissions)
const byId = new Map(permissions.map((one) => [one.id, one]))
export const permissionById = (id: string): Permission | undefined => byId.get(id)

/** With everything they depend on, in the catalogue's order. */
export const withDependencies = (ids: readonly string[]): readonly string[] => {
  const wanted = new Set<string>()
  const add = (id: string): void => {
    if (wanted.has(id)) return
    wanted.add(id)
    for (const one of byId.get(id)?.dependencies ?? []) add(one)
  }
  for (const id of ids) add(id)
  return permissions.map(({ id }) => id).filter((id) => wanted.has(id))
}
