import type { SignInRefusal } from './ports/logins.ts'

/** What to do about a login that is refused. */
export const refusalRemedies: Readonly<
  Record<SignInRefusal | 'subject.missing' | 'subject.transient', string>
> = {
  'member.unknown':
    'the directory knows nobody so: let the identity provider push them by SCIM with this NameID as externalId, or with this address in a domain of the connection; or allow saml.createMembers',
  'member.departed':
    'SCIM says that this person is gone, and a login brings nobody back: activate them at the identity provider, and let it push that',
  'member.identity':
    'the member is linked to another identity: if the identity provider has really given them a new one, npx rolecall saml unlink makes the next login link anew',
  'member.ambiguous': 'several members answer to it: let only one of them have this externalId or address',
  'member.domain':
    'the address alone links nobody outside the domains of the connection: add its domain to domains, or let SCIM push the NameID as externalId',
  'member.incomplete':
    'to be created, a member needs an address: let the identity provider send one, and name its attribute in saml.email',
  'subject.missing':
    'nothing in it says who it is: let the identity provider send a NameID, or exactly one value of the attribute in saml.subject',
  'subject.transient':
    'its NameID is another one at every login: let the identity provider send a persistent one, or name an attribute that stays in saml.subject',
}
