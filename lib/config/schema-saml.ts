import * as z from 'zod'
import { durationForm, idForm, secretForm } from './forms.ts'

/** What a connection says of logins: the `groups`, `saml` and `hooks` of a connection in `rolecall.yaml`. */
const attributeName = (of: string) => z.string().min(1).max(512).describe(of)
const url = z.string().min(1).max(1000)

export const groups = z
  .strictObject({
    from: z
      .array(z.enum(['scim', 'saml']))
      .min(1)
      .max(2)
      .optional()
      .describe('which groups rules see: pushed by SCIM, shown at the last login, or both; scim when absent'),
    samlAttribute: attributeName('the SAML attribute that carries groups; groups when absent').optional(),
    maximumAge: z
      .string()
      .regex(durationForm)
      .optional()
      .describe('how long what a login showed counts, such as 30d, which is the default'),
  })
  .describe('where a member’s groups come from')

export const saml = z
  .strictObject({
    metadata: url.describe(
      'the identity provider’s metadata: an https URL, read again every hour, or stored: put there by rolecall saml trust',
    ),
    pinned: z
      .literal(true)
      .optional()
      .describe('true: certificates in the metadata are not followed; only rolecall saml trust changes them'),
    entityId: url
      .optional()
      .describe('the identity provider’s entityID; absent: that of the first metadata, for good'),
    keys: z
      .string()
      .regex(secretForm)
      .optional()
      .describe(
        'where Rolecall’s own keys for this connection are kept (rolecall saml keys); absent: requests are not signed and assertions not encrypted',
      ),
    subject: attributeName(
      'the attribute that identifies a person for good; absent: the persistent NameID',
    ).optional(),
    email: attributeName('the attribute with the e-mail address; absent: the usual names').optional(),
    givenName: attributeName('the attribute with the given name; absent: the usual names').optional(),
    familyName: attributeName('the attribute with the family name; absent: the usual names').optional(),
    attributes: z
      .record(
        z.string().regex(/^[A-Za-z][\w-]{0,63}$/),
        attributeName('the SAML attribute’s name, such as http://schemas.example/department'),
      )
      .optional()
      .describe(
        'what rules may ask for beside groups: the name in rules and the SAML attribute it is read from',
      ),
    createMembers: z
      .boolean()
      .optional()
      .describe('true: whoever the directory does not know is created at the first login; false when absent'),
    idpInitiated: z
      .boolean()
      .optional()
      .describe('true: logins begun at the identity provider are accepted; false when absent'),
    returnTo: z
      .array(url.describe('an origin, such as https://app.sekoia.io'))
      .max(100)
      .optional()
      .describe('origins a login may return to, beside the login pages of the communities'),
    wait: z
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe('seconds for which a login waits for the platforms; 3 when absent'),
  })
  .describe('logins by SAML 2.0')

const claims = z
  .array(
    z
      .strictObject({
        name: attributeName('the claim’s name, such as role'),
        community: z.string().regex(idForm).describe('the community whose role it names'),
      })
      .describe('a claim that carries the role'),
  )
  .min(1)
  .max(20)
  .describe('what is put into the token')

export const hooks = z
  .strictObject({
    okta: z.strictObject({ claims }).optional().describe('Okta’s SAML assertion inline hook'),
    entra: z
      .strictObject({
        tenant: z.uuid().describe('the Entra tenant’s id'),
        audience: z
          .string()
          .min(1)
          .max(300)
          .describe('application id of the registration that protects the hook'),
        authority: url
          .optional()
          .describe('the token service; https://login.microsoftonline.com when absent'),
        claims,
      })
      .optional()
      .describe('Entra’s custom claims provider, onTokenIssuanceStart'),
  })
  .describe('answers to the identity provider while it builds its own token')

export type GroupsFile = z.infer<typeof groups>
export type SamlFile = z.infer<typeof saml>
export type HooksFile = z.infer<typeof hooks>
