import { readEnvironment } from '../config/environment.ts'
import { isConnectorError } from '../core/errors.ts'
import type { IdentityProvider, MetadataFailure } from '../core/ports/logins.ts'
import { placeOf } from '../saml/exchange.ts'
import { usableCertificates } from '../saml/trust/follow.ts'
import { createOwnKeys, type OwnKey } from '../saml/trust/own-keys.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { samePlace } from './place.ts'
import { type SamlConnection, samlConnectionNamed } from './saml-trust-names.ts'
import { certificateLine, shownCertificates, signOnLines } from './saml-trust-text.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** Where the deployment is reached: what an identity provider is told must be exact, so nothing is guessed. */
const publicUrlFrom = (given: Arguments): string | undefined => {
  const url = given.text('url') ?? readEnvironment().publicUrl
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url
  throw usageError(
    '--url must be the public address of this deployment, such as https://rolecall.acme.example',
  )
}

type Keys =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'keys'; readonly keys: readonly OwnKey[] }

const keysOf = async (house: House, { saml }: SamlConnection): Promise<Keys> => {
  if (saml.keys === undefined) return { kind: 'none' }
  try {
    return { kind: 'keys', keys: await createOwnKeys(house.secrets)(saml.keys) }
  } catch (error) {
    if (!isConnectorError(error, 'secretUnavailable')) throw error
    return { kind: 'unreadable', why: error.message }
  }
}

const failureOf = async (
  house: House,
  { id, saml }: SamlConnection,
): Promise<MetadataFailure | undefined> => {
  const failure = await house.metadataFailures.metadataFailure(id)
  return saml.metadata.kind === 'url' && failure?.url === saml.metadata.url ? failure : undefined
}

const shownKeys = (keys: Keys) =>
  keys.kind === 'keys'
    ? keys.keys.map(({ fingerprint, notAfter }, index) => ({ fingerprint, notAfter, signs: index === 0 }))
    : []

const providerLines = (
  provider: IdentityProvider | undefined,
  { id, saml }: SamlConnection,
): readonly string[] => {
  if (provider === undefined)
    return [
      'No identity provider is trusted yet, and every login is refused.',
      `  npx rolecall saml trust ${id}${saml.metadata.kind === 'url' ? '' : ' FILE'} --yes`,
    ]
  const other = saml.entityId !== undefined && saml.entityId !== provider.entityId
  return [
    `Identity provider ${provider.entityId}`,
    ...(other ? [`  not the one of saml.entityId, ${saml.entityId}: every login is refused`] : []),
    ...signOnLines(provider),
    `  read     ${provider.readAt} from ${provider.url ?? 'a file'}${saml.pinned === true ? ', pinned' : ''}`,
    ...shownCertificates(provider).map(certificateLine),
  ]
}

const failureLines = (failure: MetadataFailure | undefined): readonly string[] =>
  failure === undefined
    ? []
    : [
        `  failing  since ${failure.since}: ${failure.code}, ${failure.attempts} time(s); tried again from ${failure.again} on`,
      ]

const keyLines = (keys: Keys, { id, saml }: SamlConnection): readonly string[] => {
  if (keys.kind === 'none')
    return ['Own keys: none; requests are not signed, and assertions cannot be encrypted']
  if (keys.kind === 'unreadable') return [`Own keys: ${keys.why}`, `  npx rolecall saml keys ${id}`]
  return [
    `Own keys in ${saml.keys}`,
    ...shownKeys(keys).map(
      ({ fingerprint, notAfter, signs }) =>
        `  ${(signs ? 'signs' : 'published').padEnd(9)} ${fingerprint}, ends ${notAfter}`,
    ),
  ]
}

/** Everything both sides have to know of each other; nothing is asked of anybody. */
export const showSaml = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name } = positionals(given, 'connection')
  const publicUrl = publicUrlFrom(given)
  const connection = await samlConnectionNamed(house, name)
  const place = placeOf(publicUrl ?? 'PUBLIC-URL', connection.id)
  const [provider, failure, keys] = await Promise.all([
    house.trust.identityProvider(connection.id),
    failureOf(house, connection),
    keysOf(house, connection),
  ])
  if (given.flag('json')) {
    sayJson(terminal, {
      connection: connection.id,
      ...(publicUrl === undefined ? {} : { serviceProvider: { ...place, metadata: place.entityId } }),
      identityProvider:
        provider === undefined ? null : { ...provider, certificates: shownCertificates(provider) },
      usable: provider === undefined ? 0 : usableCertificates(provider, house.clock.now()).length,
      failing: failure ?? null,
      keys: shownKeys(keys),
      ...(keys.kind === 'unreadable' ? { keysUnreadable: keys.why } : {}),
    })
    return exits.nothing
  }
  const lines = [
    `To enter at the identity provider of ${connection.id}`,
    `  entityID ${place.entityId}`,
    `  ACS      ${place.acs} (HTTP-POST)`,
    `  metadata ${place.entityId}`,
    ...(publicUrl === undefined
      ? [
          `  PUBLIC-URL is where this deployment is reached: npx rolecall saml show ${connection.id} --url https://…${samePlace(given)}`,
        ]
      : []),
    ...providerLines(provider, connection),
    ...failureLines(failure),
    ...keyLines(keys, connection),
  ]
  say(terminal, lines.join('\n'))
  return exits.nothing
}
