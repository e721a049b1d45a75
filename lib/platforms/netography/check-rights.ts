import type { Check } from '../../core/checkup.ts'
import type { Community } from '../../core/configuration.ts'
import { type Dialect, isResource } from './dialect.ts'
import { grantsOf } from './permissions.ts'
import type { Scene } from './reading.ts'
import type { Action, RoleShape } from './shapes.ts'

type Question = {
  readonly community: Community
  readonly dialect: Dialect
  readonly scene: Scene
  readonly foreign: boolean
  readonly reseller: boolean
}

const subject = 'rights'
const keysUnread: Check = {
  subject: 'API keys',
  state: 'warning',
  found: 'our key may not read API keys: which role it holds is unknown, and no role is deleted',
  remedy: 'give the key’s role fetch on API keys',
}

const roleUnknown: Check = {
  subject,
  state: 'warning',
  found: 'our key, or its role, is not among those the account lists: what it may do cannot be checked',
  remedy: 'look at the key’s role in the portal; roles that could be it are left as they are',
}

type Need = readonly [resource: string, action: Action]

const needs = ({ community, dialect }: Question): readonly Need[] => {
  const managed = community.roles.some((role) => role.kind !== 'builtin' && role.contents !== undefined)
  const all: readonly Action[] = ['fetch', 'create', 'update', 'delete']
  return [
    ...all.map((action): Need => [dialect.usersResource, action]),
    ...all.slice(0, managed ? 4 : 1).map((action): Need => [dialect.rolesResource, action]),
    [dialect.apiKeysResource, 'fetch'],
  ]
}

const holds = (role: RoleShape, [resource, action]: Need): boolean =>
  (role.permissions ?? []).some((one) => isResource(one.resource, resource) && one[action] === true)

/** Reading hurts nobody; what it may change and does not need to, it should not. */
const surplus = (role: RoleShape, needed: readonly Need[]): readonly string[] =>
  grantsOf(role).filter((grant) => {
    const [resource = '', action = ''] = grant.split(':')
    return action !== 'fetch' && !needed.some(([name, verb]) => isResource(resource, name) && verb === action)
  })

const roleCheck = (role: RoleShape, question: Question): readonly Check[] => {
  const needed = needs(question)
  const missing = needed.filter((need) => !holds(role, need)).map((need) => need.join(':'))
  if (missing.length > 0)
    return [
      {
        subject,
        state: 'problem',
        found: `our key’s role "${role.name}" lacks ${missing.join(', ')}`,
        remedy: 'give them to that role in the portal; Rolecall never changes the role it lives by',
      },
    ]
  const more = surplus(role, needed)
  if (more.length === 0)
    return [{ subject, state: 'ok', found: `our key’s role "${role.name}" has what is needed and no more` }]
  return [
    {
      subject,
      state: 'warning',
      found: `our key’s role "${role.name}" may do more than is needed: ${more.slice(0, 4).join(', ')}${more.length > 4 ? ' …' : ''}`,
      remedy: `make a custom role with ${needed.map((need) => need.join(':')).join(', ')} and give it to the key`,
    },
  ]
}

/** Whether our key may do what it must; reads of users and roles have succeeded already. */
export const rightsChecks = (question: Question): readonly Check[] => {
  const { scene, foreign } = question
  const unread = scene.keys === undefined ? [keysUnread] : []
  if (foreign)
    return [
      ...unread,
      {
        subject,
        state: 'ok',
        found: 'the key is the parent account’s; its role is checked there, reading works here',
      },
    ]
  const { own } = scene
  const role = own.kind === 'named' ? scene.roles.find(({ name }) => name === own.name) : undefined
  if (role !== undefined) return [...unread, ...roleCheck(role, question)]
  return unread.length > 0 ? unread : [roleUnknown]
}
