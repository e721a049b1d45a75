import type { Dialect } from './dialect.ts'

/** Every call we make, as the platform's own description writes it: compared with that document by `doctor`. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1`; `{}` stands for an id. */
  readonly path: string
  readonly query?: readonly string[]
  readonly body?: readonly BodyField[]
}
/** `setting`: the dialect setting that says what the field is called here. */
export type BodyField = { readonly name: string; readonly setting?: keyof Dialect }

const fields = (...names: readonly string[]): readonly BodyField[] => names.map((name) => ({ name }))
const paged = ['limit', 'offset', 'sort', 'direction']

export const callsOf = (dialect: Dialect): readonly Call[] => {
  const named = (setting: Exclude<keyof Dialect, 'descriptionUrl'>): BodyField => ({
    name: dialect[setting],
    setting,
  })
  const home = '/communities/{}'
  const role = `${home}/roles/{}`
  const avatar = `${home}/avatars/{}`
  const contents = fields('name', 'description', 'permissions', 'intake_uuids')
  return [
    { method: 'GET', path: '/me' },
    { method: 'GET', path: '/me/permissions' },
    { method: 'GET', path: '/auth/validate' },
    { method: 'GET', path: home },
    { method: 'GET', path: `${home}/sub-communities` },
    { method: 'GET', path: `${home}/api-keys`, query: paged },
    {
      method: 'GET',
      path: `${home}/avatars/`,
      query: [...paged, 'match[uuid]', 'match[user_uuid]', 'match[role_uuid]', 'include_parent'],
    },
    { method: 'PUT', path: avatar, body: [named('avatarStatusKey')] },
    { method: 'DELETE', path: avatar },
    { method: 'PUT', path: `${avatar}/roles`, body: [named('avatarRolesKey')] },
    { method: 'DELETE', path: `${avatar}/roles/{}` },
    { method: 'GET', path: `${home}/roles`, query: paged },
    { method: 'POST', path: `${home}/roles`, body: contents },
    { method: 'GET', path: role },
    { method: 'PUT', path: role, body: contents },
    { method: 'DELETE', path: role },
    { method: 'POST', path: role, body: [named('assignKey')] },
    { method: 'GET', path: `${home}/permissions/`, query: [...paged, 'allowed_in_restricted_roles'] },
    { method: 'POST', path: '/invitations', body: [named('inviteKey'), { name: 'communities' }] },
    { method: 'GET', path: '/sic/conf/intakes', query: [...paged, 'match[community_uuid]'] },
  ]
}
