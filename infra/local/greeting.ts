import type { House } from './house.ts'
import { demoCommunity, demoKey } from './simulators/sekoia/demo.ts'
import { inMemory } from './storage.ts'

/** What `npm start` prints: where things are, and lines to paste. The token is shown when it was made, and never again. */
export const greeting = (house: House, data: string): string => {
  const { token } = house.firstStart
  return [
    'Rolecall is running on this machine. Ctrl-C stops it.',
    '',
    `  SCIM base URL  ${house.url}/demo/scim/v2`,
    `  platforms      ${house.simulators.url}/sekoia  (simulated)`,
    `  data           ${data === inMemory ? 'in memory: gone when this stops' : `${data}: still there at the next start`}`,
    token === undefined
      ? '  token          shown at the first start; for another one: npx rolecall credentials create demo'
      : `  token          ${token}  (connection demo, not shown again)`,
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
    'sleep 3',
  ]
}
