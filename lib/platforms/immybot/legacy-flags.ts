import { fold } from '../../core/ids.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import type { Facts } from './instance.ts'

/** What two flags of a user make of them in the generation before RBAC, under the names the vendor gave these four afterwards. */
export type Flag = { readonly admin: boolean; readonly msp: boolean }

type Known = Flag & { readonly id: string; readonly name: string; readonly description: string }
const known: readonly Known[] = [
  {
    id: 'flag:mspAdmin',
    name: 'System Administrator (Legacy)',
    admin: true,
    msp: true,
    description: 'An administrator of the MSP',
  },
  {
    id: 'flag:mspUser',
    name: 'System User (Legacy)',
    admin: false,
    msp: true,
    description: 'A user of the MSP',
  },
  {
    id: 'flag:tenantAdmin',
    name: 'Administrator (Legacy)',
    admin: true,
    msp: false,
    description: "An administrator of an MSP's customer",
  },
  {
    id: 'flag:tenantUser',
    name: 'User (Legacy)',
    admin: false,
    msp: false,
    description: "A user of an MSP's customer",
  },
]
/** The older documentation's names of the two that make administrators: never given like a role. */
const older: Readonly<Record<string, string>> = {
  'global administrator': 'flag:mspAdmin',
  'tenant administrator': 'flag:tenantAdmin',
}

const knownNamed = (name: string): Known | undefined => {
  const id = Object.hasOwn(older, fold(name)) ? older[fold(name)] : undefined
  return known.find((one) => one.id === id || fold(one.name) === fold(name))
}

/** Undefined: a role that is given and taken as such. */
export const flagOf = (role: string, { roles }: Facts): Flag | undefined => {
  const listed = roles.find(({ id }) => String(id) === role)
  return listed === undefined ? known.find(({ id }) => id === role) : knownNamed(listed.name)
}

/** The four, under the ids of the instance's own list where it lists them. */
export const flagRoles = ({ roles }: Facts): ReadonlyMap<string, Omit<PlatformRole, 'id' | 'scope'>> =>
  new Map(
    known.map((one) => {
      const listed = roles.find(({ name }) => knownNamed(name) === one)
      const role: Omit<PlatformRole, 'id' | 'scope'> = {
        name: listed?.name ?? one.name,
        kind: 'builtin',
        description: listed?.description ?? one.description,
        permissions: [],
        intakes: [],
        admin: one.admin,
      }
      return [listed === undefined ? one.id : String(listed.id), role]
    }),
  )
