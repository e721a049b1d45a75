import { createKeyPair, pemOf } from './simulators/idp/certificate.ts'
import { demoClient, demoEntraTenant } from './simulators/immybot/demo.ts'
import { demoApp, demoShortname } from './simulators/netography/demo.ts'
import { demoKey } from './simulators/sekoia/demo.ts'

/** A NETOSECRET as the portal hands it out; without its address, as simulators move with their port. */
const netosecret = Buffer.from(
  JSON.stringify({
    appname: demoApp.appname,
    appkey: demoApp.appkey,
    shortname: demoShortname,
    sharedsecret: demoApp.sharedSecret,
  }),
).toString('base64')

/** By file name below `.rolecall/secrets`, as rolecall.yaml refers to them. Files, because that is how real platforms' keys are referred to on one machine; these are known to everybody. */
export const demoSecrets: ReadonlyMap<string, string> = new Map([
  ['demo-sekoia-key', demoKey],
  ['demo-netosecret', netosecret],
  [
    'demo-immybot',
    JSON.stringify({
      tenant: demoEntraTenant,
      clientId: demoClient.clientId,
      clientSecret: demoClient.secret,
    }),
  ],
])

/** Made anew for every house: whoever knew it could read what identity providers encrypt for it. */
const samlKeys = (): string => {
  const { privateKey, certificate } = createKeyPair('Rolecall demo')
  return JSON.stringify({ keys: [{ privateKey, certificate: pemOf(certificate) }] })
}
export const madeSecrets: ReadonlyMap<string, () => string> = new Map([['demo-saml-keys', samlKeys]])
