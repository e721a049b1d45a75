import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import type { APIGatewayProxyStructuredResultV2, SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createConnectorStack } from '../../infra/connector-stack.ts'
import { prepare } from '../../infra/local/first-start.ts'
import { type FunctionName, type Functions, openFunctions } from '../../infra/local/functions.ts'
import { type QueueServer, startQueue } from '../../infra/local/queue.ts'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { localRegion, openStorage, type Storage } from '../../infra/local/storage.ts'
import { readStackSettings } from '../../infra/settings.ts'
import { type BusStand, openBusStand } from '../events/stations.ts'
import { httpEvent, queueEvent, type Request, streamEvent } from './aws-events.ts'

/** What is deployed: the stack is synthesised here, and its assets are run with its environment. */
type Deployed = {
  readonly folder: string
  readonly handler: string
  readonly variables: Readonly<Record<string, string | { readonly Ref: string }>>
}
type FunctionResource = {
  readonly Handler: string
  readonly Code: { readonly S3Key: string }
  readonly Environment: { readonly Variables: Deployed['variables'] }
}

const names = ['scim', 'saml', 'hooks', 'console', 'dispatch', 'provision', 'reconcile'] as const
const folder = mkdtempSync(join(tmpdir(), 'rolecall-bundles-'))
const deployed = {} as Record<FunctionName, Deployed>
const functions = {} as Record<FunctionName, Functions>
const closers: (() => Promise<void> | void)[] = []
const due: Parameters<typeof streamEvent>[0][number][] = []
const wakeUps: SQSEvent[] = []
let storage: Storage
let simulators: Simulators
let queue: QueueServer
let bus: BusStand
let token = ''

const synthesise = (): void => {
  // Without esbuild beside it, the CDK would turn to Docker; here that fails.
  process.env.CDK_DOCKER = 'false'
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }
  const app = new App({ context, outdir: join(folder, 'cdk.out') })
  const stack = createConnectorStack(app, readStackSettings(app.node))
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
  for (const name of names) {
    const [, resource] = found.find(([id]) => id.toLowerCase().startsWith(name)) ?? []
    if (resource === undefined) throw new Error(`the stack has no function ${name}`)
    const { Handler, Code, Environment } = resource.Properties as FunctionResource
    deployed[name] = {
      folder: join(folder, 'cdk.out', `asset.${Code.S3Key.replace('.zip', '')}`),
      handler: Handler,
      variables: Environment.Variables,
    }
  }
}

/** References of the template become what stands for them on this machine; nothing the stack sets is replaced. */
const environmentOf = (name: FunctionName): Readonly<Record<string, string>> => {
  const resolved = Object.entries(deployed[name].variables).map(([key, value]) => {
    if (typeof value === 'string') return [key, value] as const
    if (value.Ref.startsWith('Events')) return [key, 'rolecall-events'] as const
    return [key, value.Ref.startsWith('WakeUps') ? queue.queueUrl : storage.table] as const
  })
  return {
    LOCAL: '1',
    DYNAMODB_ENDPOINT: storage.endpoint,
    SQS_ENDPOINT: queue.endpoint,
    LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_REGION: localRegion,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ACCESS_KEY_ID: storage.secret,
    AWS_SECRET_ACCESS_KEY: storage.secret,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: `rolecall-${name}`,
    ...Object.fromEntries(resolved),
  }
}

/** A sandbox of its own for each bundle, as on Lambda. */
const openBundle = (name: FunctionName): Functions => {
  const directory = join(folder, name)
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  const [file = '', exported = ''] = deployed[name].handler.split('.')
  const bundle = JSON.stringify(join(deployed[name].folder, `${file}.mjs`))
  writeFileSync(join(directory, `${name}.ts`), `export { ${exported} as handler } from ${bundle}\n`)
  return openFunctions({ environment: () => environmentOf(name), directory: new URL(`file://${directory}/`) })
}

beforeAll(async () => {
  synthesise()
  storage = await openStorage('memory')
  simulators = await startSimulators({ port: 0 })
  queue = await startQueue({
    invoke: async (_name, event) => {
      wakeUps.push(event as SQSEvent)
    },
  })
  bus = await openBusStand()
  closers.push(storage.close, simulators.close, queue.close, bus.close)
  const firstStart = await prepare(storage, { data: 'memory', simulatorsUrl: simulators.url })
  token = firstStart.token ?? ''
  closers.push(firstStart.close)
  storage.engine.tap((images) => {
    for (const { before, after } of images) {
      const image = after as (typeof due)[number] | undefined
      if (before === undefined && image?.pk?.S?.startsWith('DUE#')) due.push(image)
    }
  })
  for (const name of names) {
    functions[name] = openBundle(name)
    closers.push(functions[name].close)
  }
})
afterAll(async () => {
  queue?.stop()
  for (const close of closers.reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

const scim = async (request: Omit<Request, 'token'>) => {
  const answer = await functions.scim.invoke('scim', httpEvent({ ...request, token }))
  const { statusCode, headers, body } = answer as APIGatewayProxyStructuredResultV2
  return { statusCode, headers, body: JSON.parse(body ?? 'null') as Record<string, unknown> | null }
}
/** Takes what has come so far. */
const taken = <T>(list: T[]): readonly T[] => list.splice(0)
const rolesOf = (email: string): readonly string[] => {
  const world = simulators.sekoia.world()
  const user = world.users.find((one) => one.email === email)
  return world.avatars
    .filter((avatar) => avatar.user === user?.uuid && avatar.community === demoCommunity)
    .flatMap(({ builtin, roles }) => [...(builtin === null ? [] : [builtin]), ...roles])
}
const sourcesOf = (name: FunctionName): readonly string[] =>
  (JSON.parse(readFileSync(join(deployed[name].folder, 'index.mjs.map'), 'utf8')) as { sources: string[] })
    .sources

test.each([
  ['scim', 1150],
  // Nearly half of it is libxml2 as WebAssembly; samlify is in it and not run before somebody begins a login.
  ['saml', 3250],
  // An identity provider waits one second for an answer, cold start included.
  ['hooks', 975],
  ['console', 3000],
  ['dispatch', 990],
  ['provision', 1600],
  // Whoever sweeps hands events over, to the bus and signed with a secret, and reads identity providers' metadata.
  ['reconcile', 1450],
] as const)('%s is one minified ES module below %d kB, with its source map beside it', (name, kilobytes) => {
  expect(deployed[name].handler).toBe('index.handler')
  const file = join(deployed[name].folder, 'index.mjs')
  const code = readFileSync(file, 'utf8')
  expect(statSync(file).size).toBeLessThan(kilobytes * 1024)
  expect(code.trimEnd()).toMatch(/\/\/# sourceMappingURL=index\.mjs\.map$/)
  expect(code).toMatch(/export\{[^}]* as handler\};/)
  // Nothing is left to be found at run time but Node's own; the SDK's messages recommend optional packages by lines of code.
  const imported = code.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([@a-z][\w@/.:-]*)["']/g)
  const foreign = [...imported]
    .flatMap(([, specifier = '']) => (isBuiltin(specifier) ? [] : [specifier]))
    // The types of XML Schema stand in the schemas that assertions are checked by.
    .filter((specifier) => !specifier.startsWith('xs:'))
  expect(foreign.filter((specifier) => !/^@aws-sdk\/signature-v4(a|-crt)$/.test(specifier))).toEqual([])
  expect(sourcesOf(name).some((source) => source.endsWith(`functions/${name}.ts`))).toBe(true)
  expect(existsSync(join(deployed[name].folder, 'node_modules'))).toBe(false)
})

test('nothing is bundled that a function does not need', () => {
  const found = (name: FunctionName, form: RegExp) => sourcesOf(name).filter((source) => form.test(source))
  const never = /node_modules\/(aws-cdk|constructs|dynalite|vitest)|infra\/|lib\/cli\/|zod\/v4\/locales\/fr/
  for (const name of names) expect(found(name, never)).toEqual([])
  // What reads and checks assertions is slow to load: only who is shown assertions has it.
  const ofSaml = /node_modules\/(samlify|libxml2-wasm|xml-crypto)|lib\/saml\/(schemas|verify)/
  for (const name of ['scim', 'hooks', 'dispatch', 'provision', 'reconcile'] as const)
    expect(found(name, ofSaml)).toEqual([])
  for (const used of [/node_modules\/libxml2-wasm/, /node_modules\/samlify/])
    expect(found('saml', used)).not.toEqual([])
  for (const name of ['scim', 'hooks', 'dispatch', 'provision'] as const)
    expect(found(name, /node_modules\/@xmldom|lib\/saml\//)).toEqual([])
  const notForScim = /@aws-sdk\/client-sqs|lib\/provisioning\/(?!above|access|standing|parallel)/
  expect(found('scim', notForScim)).toEqual([])
  const handingOver = /@aws-sdk\/client-(ssm|secrets|eventbridge)|lib\/platforms\/(address|transport)/
  for (const name of ['scim', 'dispatch'] as const)
    expect(sourcesOf(name).filter((source) => handingOver.test(source))).toEqual([])
  const callingPlatforms = /lib\/platforms\/(?!(\w+\/)?traits|address|transport|login-url)/
  for (const name of ['scim', 'saml', 'hooks', 'console', 'dispatch', 'reconcile'] as const)
    expect(sourcesOf(name).filter((source) => callingPlatforms.test(source))).toEqual([])
  for (const name of ['saml', 'dispatch', 'provision', 'reconcile'] as const)
    expect(sourcesOf(name).filter((source) => /lib\/scim\/|node_modules\/scimmy/.test(source))).toEqual([])
})

test('scim begins without the parser of the configuration, which comes with the first question for access', () => {
  // The schema library leaves a mark when it runs.
  const begun = (name: FunctionName): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `await import(process.argv[1]); console.log('__zod_globalConfig' in globalThis)`,
        join(deployed[name].folder, 'index.mjs'),
      ],
      { env: { ...process.env, ...environmentOf(name) }, encoding: 'utf8' },
    )
  expect(begun('dispatch').trim()).toBe('true')
  expect(begun('scim').trim()).toBe('false')
})

test('API Gateway → scim: a base64 body is read, answers are SCIM’s and links carry the public host', async () => {
  const healthy = await scim({ method: 'GET', path: '/health' })
  expect(healthy).toMatchObject({ statusCode: 200, body: { status: 'ok' } })
  const refused = await functions.scim.invoke(
    'scim',
    httpEvent({ method: 'GET', path: '/demo/scim/v2/Users' }),
  )
  expect(refused).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': expect.any(String) } })
  const user = await scim({
    method: 'POST',
    path: '/demo/scim/v2/Users',
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'zoë@demo.test',
      displayName: 'Zoë',
      active: true,
      emails: [{ value: 'zoe@demo.test', primary: true }],
    },
  })
  expect(user).toMatchObject({ statusCode: 201, body: { userName: 'zoë@demo.test', displayName: 'Zoë' } })
  const id = String(user.body?.id)
  expect(user.headers?.location).toBe(
    `https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/demo/scim/v2/Users/${id}`,
  )
  const group = await scim({
    method: 'POST',
    path: '/demo/scim/v2/Groups',
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'SOC-Analysts',
      members: [{ value: id }],
    },
  })
  expect(group.statusCode).toBe(201)
  const found = await scim({
    method: 'GET',
    path: '/demo/scim/v2/Users',
    query: new URLSearchParams({ filter: 'userName eq "zoë@demo.test"' }).toString(),
  })
  expect(found).toMatchObject({ statusCode: 200, body: { totalResults: 1 } })
})

test('stream → dispatch → queue → provision: the role is on the platform', async () => {
  const records = taken(due)
  expect(records.length).toBeGreaterThanOrEqual(2)
  expect(await functions.dispatch.invoke('dispatch', streamEvent(records))).toBeNull()
  const messages = taken(wakeUps).flatMap(({ Records }) => Records)
  expect(messages.map(({ attributes, body }) => [attributes.MessageGroupId, body])).toContainEqual([
    'demo-soc',
    '{"community":"demo-soc"}',
  ])
  expect(rolesOf('zoe@demo.test')).toEqual([])
  const answer = await functions.provision.invoke(
    'provision',
    queueEvent('demo-soc', '{"community":"demo-soc"}'),
  )
  expect(answer).toEqual({ batchItemFailures: [] })
  expect(rolesOf('zoe@demo.test')).toEqual([builtinRoles.analyst])
})

test('scim, asked how somebody stands, tells by which rule', async () => {
  const access = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'
  const found = await scim({
    method: 'GET',
    path: '/demo/scim/v2/Users',
    query: new URLSearchParams({ filter: 'userName eq "zoë@demo.test"', attributes: access }).toString(),
  })
  const because = [
    expect.stringMatching(/^rule \S+ \(configuration 1\): group "SOC-Analysts"/),
    'invited; the person has not accepted yet',
  ]
  expect(found.body?.Resources).toMatchObject([
    { [access]: { assignments: [{ community: 'demo-soc', role: 'analyst', status: 'pending', because }] } },
  ])
})

test('Scheduler → reconcile → provision: what was taken away by hand comes back', async () => {
  simulators.sekoia.edit({ kind: 'removeMember', community: demoCommunity, email: 'zoe@demo.test' })
  expect(rolesOf('zoe@demo.test')).toEqual([])
  expect(await functions.reconcile.invoke('reconcile', { kind: 'sweep' })).toBeNull()
  taken(wakeUps)
  expect(await functions.reconcile.invoke('reconcile', { kind: 'reconcile' })).toBeNull()
  const messages = taken(wakeUps).flatMap(({ Records }) => Records)
  const message = messages.find(({ attributes }) => attributes.MessageGroupId === 'demo-soc')
  await functions.provision.invoke('provision', queueEvent('demo-soc', message?.body ?? ''))
  expect(rolesOf('zoe@demo.test')).toEqual([builtinRoles.analyst])
})

test('browser → saml → identity provider → saml → provision: what the login showed is a role, and the page says so', async () => {
  const origin = 'http://127.0.0.1:8080'
  const call = async (request: Request) =>
    (await functions.saml.invoke(
      'saml',
      httpEvent({ origin, ...request }),
    )) as APIGatewayProxyStructuredResultV2
  const metadata = await call({ method: 'GET', path: '/demo/saml/metadata' })
  expect(metadata).toMatchObject({
    statusCode: 200,
    body: expect.stringContaining(`${origin}/demo/saml/acs`),
  })
  const begun = await call({ method: 'GET', path: '/demo/saml/login', query: 'community=demo-soc' })
  expect(begun).toMatchObject({ statusCode: 302, cookies: [expect.stringMatching(/^__Host-rolecall-/)] })
  const form = await (await fetch(String(begun.headers?.location))).text()
  const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  const body = new URLSearchParams([...fields, ['person', 'zoe@demo.test']])
  const answered = await (await fetch(`${simulators.url}/idp/sso`, { method: 'POST', body })).text()
  const carried = (name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(answered)?.[1] ?? ''
  taken(wakeUps)
  const landing = call({
    method: 'POST',
    path: '/demo/saml/acs',
    cookies: begun.cookies?.map((cookie) => cookie.split(';')[0] ?? '') ?? [],
    form: { SAMLResponse: carried('SAMLResponse'), RelayState: carried('RelayState') },
  })
  await vi.waitFor(() => expect(wakeUps.length).toBeGreaterThan(0), { timeout: 20_000 })
  await functions.provision.invoke('provision', queueEvent('demo-soc', '{"community":"demo-soc"}'))
  const { statusCode, body: page } = await landing
  expect([statusCode, page]).toEqual([200, expect.stringContaining('demo-soc')])
  const tier1 = simulators.sekoia.world().roles.find(({ name }) => name === 'SOC tier 1')
  expect(rolesOf('zoe@demo.test')).toContain(tier1?.uuid)
})

test('hooks and console answer nobody without a credential of theirs', async () => {
  const okta = await functions.hooks.invoke(
    'hooks',
    httpEvent({ method: 'POST', path: '/demo/hooks/okta', token, body: {} }),
  )
  expect(okta).toMatchObject({ statusCode: 401 })
  const preview = await functions.console.invoke(
    'console',
    httpEvent({ method: 'POST', path: '/console/api/v1/demo/preview', token, body: {} }),
  )
  expect((preview as APIGatewayProxyStructuredResultV2).statusCode).toBeOneOf([401, 403])
})

test('provision → event bus: each change came out, without a name', async () => {
  const entries = bus.calls.flat()
  expect(new Set(entries.map(({ EventBusName, Source }) => `${EventBusName} ${Source}`))).toEqual(
    new Set(['rolecall-events rolecall']),
  )
  const applied = entries.filter(({ DetailType }) => DetailType === 'rolecall.change.applied.v1')
  expect(applied.map(({ Detail }) => (JSON.parse(Detail) as { data: { kind: string } }).data.kind)).toContain(
    'invite',
  )
  expect(JSON.stringify(entries)).not.toMatch(/zo[eë]/i)
})

test('a failure points at our source, not into the bundle', async () => {
  const failed = functions.reconcile.invoke('reconcile', { kind: 'drop' })
  await expect(failed).rejects.toThrow('the schedule sends "sweep" or "reconcile"')
  const stack = await failed.catch((error: Error) => error.stack)
  expect(stack).toMatch(/lib\/lambda\/schedule\.ts:\d+/)
})
