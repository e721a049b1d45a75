import { defaultDataDirectory } from '../../lib/config/environment.ts'
import type { House, HouseOptions } from './house.ts'
import { demoCommunity, demoKey } from './simulators/sekoia/demo.ts'
import { inMemory } from './storage.ts'

type Greeted = Pick<House, 'url' | 'firstStart'> & { readonly simulators: Pick<House['simulators'], 'url'> }

/** What `npm start` prints: where things are, and lines to paste. A token that was made is shown once, and never again. */
export const greeting = (house: Greeted, settings: Pick<HouseOptions, 'data' | 'demoToken'>): string => {
  const { token } = house.firstStart
  const { data, demoToken } = settings
  // Typed in another terminal, which does not know where this one keeps its data.
  const place = data === defaultDataDirectory ? '' : ` --data ${data}`
  return [
    'Rolecall is running on this machine. Ctrl-C stops it.',
    '',
    `  SCIM base URL  ${house.url}/demo/scim/v2`,
    `  SAML login     ${house.url}/demo/saml/login  (in a browser, as somebody the directory knows: ada@demo.test once the lines below are pasted)`,
    `  platforms      ${house.simulators.url}/sekoia, /netography and /immybot  (simulated)`,
    `  data           ${data === inMemory ? 'in memory: gone when this stops' : `${data}: still there at the next start`}`,
    token === undefined
      ? `  token          shown at the first start; for another one: npx rolecall credentials create demo${place}`
      : `  token          ${token}  (connection demo, ${demoToken === undefined ? 'not shown again' : 'from ROLECALL_DEMO_TOKEN'})`,
    data === inMemory
      ? '  command line   needs data on disk: start with ROLECALL_DATA=<directory>'
      : `  command line   npx rolecall plan demo-soc${place}`,
    '',
    ...(token === undefined
      ? ['Who has which role on the platform:']
      : ['A person, a group, a membership, and the role it gives on the platform; paste it:']),
    '',
    ...(token === undefined ? [] : push(house.url, token)),
    `curl -s ${house.simulators.url}/sekoia/v1/communities/${demoCommunity}/avatars/ -H 'Authorization: Bearer ${demoKey}'`,
    '',
  ].join('\n')
}

const push = (url: string, token: string): readonly string[] => {
  const post = (path: string, body: object): string =>
    `$(curl -s "$SCIM${path}" -H "$AUTH" -H "$TYPE" -d '${JSON.stringify(body)}' | id_of)`
  const person = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@demo.test',
    externalId: 'ada',
    name: { givenName: 'Ada', familyName: 'Byron' },
    emails: [{ value: 'ada@demo.test', type: 'work', primary: true }],
    active: true,
  }
  const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'SOC-Tier1' }
  const patch =
    `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],` +
    `"Operations":[{"op":"add","path":"members","value":[{"value":"'"$ADA"'"}]}]}`
  return [
    `SCIM=${url}/demo/scim/v2`,
    `AUTH='Authorization: Bearer ${token}'`,
    `TYPE='Content-Type: application/scim+json'`,
    // A shell function, because zsh does not split a variable into command and arguments.
    `id_of() { node -pe 'JSON.parse(require("fs").readFileSync(0)).id'; }`,
    `ADA=${post('/Users', person)}`,
    `GROUP=${post('/Groups', group)}`,
    `curl -s -X PATCH "$SCIM/Groups/$GROUP" -H "$AUTH" -H "$TYPE" -d '${patch}'`,
    'sleep 7',
  ]
}
