import type { ConnectionGroups, HookClaim, HookSettings, SamlSettings } from '../core/configuration.ts'
import { communityId } from '../core/ids.ts'
import { seconds } from './forms.ts'
import type { GroupsFile, HooksFile, SamlFile } from './schema-saml.ts'

export const groupsOf = (file: GroupsFile | undefined): ConnectionGroups => ({
  from: [...new Set(file?.from ?? ['scim' as const])].toSorted(),
  samlAttribute: file?.samlAttribute ?? 'groups',
  maximumAge: seconds(file?.maximumAge ?? '30d'),
})

/** An origin, however it was written. */
const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text)

const optional = ['pinned', 'entityId', 'keys', 'subject', 'email', 'givenName', 'familyName'] as const
/** What has no default. */
const given = (file: SamlFile): Pick<SamlSettings, (typeof optional)[number]> =>
  Object.fromEntries(optional.filter((name) => file[name] !== undefined).map((name) => [name, file[name]]))

export const samlOf = (file: SamlFile): SamlSettings => {
  const { metadata, attributes = {}, createMembers, idpInitiated, returnTo = [], wait } = file
  const bag = Object.create(null) as Record<string, string>
  for (const [name, attribute] of Object.entries(attributes)) bag[name] = attribute
  return {
    ...given(file),
    metadata: metadata === 'stored' ? { kind: 'stored' } : { kind: 'url', url: metadata },
    attributes: bag,
    createMembers: createMembers ?? false,
    idpInitiated: idpInitiated ?? false,
    returnTo: returnTo.map(originOf),
    wait: wait ?? 3,
  }
}

type ClaimsFile = NonNullable<HooksFile['okta']>['claims']
const claimsOf = (claims: ClaimsFile): readonly HookClaim[] =>
  claims.map(({ name, community }) => ({ name, community: communityId(community) }))

export const hooksOf = ({ okta, entra }: HooksFile): HookSettings => ({
  ...(okta === undefined ? {} : { okta: { claims: claimsOf(okta.claims) } }),
  ...(entra === undefined
    ? {}
    : {
        entra: {
          tenant: entra.tenant.toLowerCase(),
          audience: entra.audience,
          authority: originOf(entra.authority ?? 'https://login.microsoftonline.com'),
          claims: claimsOf(entra.claims),
        },
      }),
})
