import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MemberExplanation } from '../../lib/provisioning/explain.ts'
import { demoToken } from '../e2e/town.ts'
import { examplesOf, pages, readme, root } from './pages.ts'
import { openScene, type Scene } from './scene.ts'

/** Needs a cloud, or is a whole suite, or a server: what stands for it, and the words by which that place names it. */
const elsewhere: Readonly<Record<string, { readonly place: string; readonly names: readonly string[] }>> = {
  'npm start': { place: 'test/local/start.test.ts', names: ['infra/local/start.ts'] },
  'npm run demo': { place: 'test/local/demo.test.ts', names: ['infra/local/demo/demo.ts'] },
  'npm test': { place: '.ci/run', names: [' npm test\n'] },
  'npm run check': { place: '.ci/run', names: [' npm run check -- --without-tests\n'] },
  'npm run conformance': { place: '.ci/run', names: [' npm run conformance\n'] },
  'npm run conformance -- <ScimBaseUrl> <token>': {
    place: 'scripts/conformance.sh',
    names: ['npm run conformance -- <ScimBaseUrl> <token>'],
  },
  'npm run bench:scim': { place: '.ci/run', names: [' npm run bench:scim -- --quick\n'] },
  'npm run bench:reconcile': { place: '.ci/run', names: [' npm run bench:reconcile -- --quick\n'] },
  'npm run bench:saml': { place: '.ci/run', names: [' npm run bench:saml -- --quick\n'] },
  'npm run synth': { place: 'scripts/check.ts', names: ["'cdk', args: ['synth', '--quiet']"] },
  'npx cdk bootstrap': { place: 'cdk.json', names: ['infra/app.ts'] },
  'npx cdk deploy': { place: 'cdk.json', names: ['infra/app.ts'] },
  'npx cdk destroy': { place: 'test/infra/stack.test.ts', names: ['terminationProtection'] },
  'aws cloudformation update-termination-protection --stack-name rolecall --no-enable-termination-protection':
    { place: 'infra/connector-stack.ts', names: ['terminationProtection: true'] },
  'npx cdk deploy --context name=rolecall-test': {
    place: 'infra/app.ts',
    names: ['readStackSettings(app.node)'],
  },
  'npx cdk deploy --context restoredTable=<LatestStreamArn>': {
    place: 'test/infra/stack.test.ts',
    names: ['stackOf({ restoredTable })'],
  },
  'npx node scripts/json-schema.ts': { place: 'test/config/parse.test.ts', names: ['json-schema.ts'] },
}
/** What these npm commands start, so that the places above really run the same. */
const scripts: Readonly<Record<string, string>> = {
  start: 'node infra/local/start.ts',
  demo: 'node infra/local/demo/demo.ts',
  test: 'vitest run',
  check: 'node scripts/check.ts',
  synth: 'cdk synth --quiet',
  conformance: 'bash scripts/conformance.sh',
  'bench:scim': 'node test/bench/scim/bench.ts',
  'bench:reconcile': 'node test/bench/reconcile/bench.ts',
  'bench:saml': 'node test/bench/saml/bench.ts',
}

type Expected = {
  readonly code: number | readonly number[]
  readonly shows: RegExp
  /** On standard error. */
  readonly complains?: RegExp
}
/** By how the example begins, once its placeholders are filled. */
const expectations: Readonly<Record<string, Expected>> = {
  'npx rolecall --help': { code: 0, shows: /^Usage: npx rolecall COMMAND/m },
  'npx rolecall plan --help': { code: 0, shows: /^Usage: npx rolecall plan COMMUNITY/ },
  'npx rolecall config check': { code: 0, shows: /is valid: 1 connection/ },
  'npx rolecall config push': { code: 0, shows: /Stored as version|is this text already/ },
  'npx rolecall config history': { code: 0, shows: /^\* \d/m },
  'npx rolecall config rollback': { code: 0, shows: /Version 1 is current/ },
  'npx rolecall doctor': { code: 0, shows: /^demo-\w+ \(\w+\)\n {2}ok .* 0 problem\(s\)\n$/s },
  'npx rolecall adopt': {
    code: 0,
    shows: /^version: 1$.*^# Administrators of demo-\w+, protected above:$/ms,
  },
  'npx rolecall adopt-account': { code: 0, shows: /It is ours already/ },
  'npx rolecall saml-mappers': { code: 0, shows: /^1 +role +Net-Operators +operational_manager/m },
  // What an example before it approved or carried out is no longer pending.
  'npx rolecall plan': { code: [0, 2, 3], shows: /^demo-soc: \d to do, \d held/m },
  'npx rolecall plan demo-soc --save': { code: [0, 2, 3], shows: /^Stored as plan \d+; carry out/m },
  'npx rolecall plan demo-soc --number': { code: 3, shows: /^## demo-soc: 1 to do, 1 held/ },
  'npx rolecall plans': { code: 0, shows: /^ +\d+ {2}20\S+ {2}configuration 1 {2}/m },
  'npx rolecall apply': { code: 0, shows: /^Carried out plan \d+ of demo-soc: 1 change/ },
  'npx rolecall drift': { code: [0, 2, 3], shows: /^demo-soc: / },
  'npx rolecall departed': { code: [0, 2, 3], shows: /departed/i },
  'npx rolecall holds show': { code: 3, shows: /^demo-soc: 1 change\(s\), waiting since / },
  'npx rolecall explain': { code: 0, shows: /rule soc-analysts .*group "SOC-Analysts"/ },
  'npx rolecall reconcile': { code: 0, shows: /demo-soc will be compared/ },
  'npx rolecall holds': { code: 3, shows: /demo-soc {2}[0-9a-f]{12} {2}waiting/ },
  'npx rolecall approve': { code: 0, shows: /^Approved 1 change/ },
  'npx rolecall reject': { code: 0, shows: /^Rejected 1 change/ },
  'npx rolecall quarantine': { code: 3, shows: /^demo-soc is quarantined since 20/ },
  'npx rolecall quarantine demo-soc': { code: 0, shows: /^demo-soc: compared and shown/ },
  'npx rolecall release': { code: 0, shows: /^demo-soc is released/ },
  'npx rolecall credentials create': { code: 0, shows: /^rc_\S+\n$/ },
  'npx rolecall credentials list': { code: 0, shows: /npm start/ },
  'npx rolecall preview': {
    code: [0, 2],
    shows: /^(Assertion: |Connection demo, ).*nothing is written\.$/ms,
  },
  'npx rolecall preview --connection demo --attributes': {
    code: 2,
    shows:
      /: by externalId, and would be linked\..*group "Chess": no rule asks for it.*\+ soc-tier1 → demo-soc\/tier1/s,
  },
  'npx rolecall preview --connection demo --assertion': {
    code: [0, 2],
    shows: /^Assertion: it is signed by somebody who is NOT trusted;/,
  },
  'npx rolecall preview --everybody': {
    code: [0, 2],
    shows: /member\(s\) would gain or lose .*no platform was asked/s,
  },
  'npx rolecall saml show': {
    code: 0,
    shows: /^To enter at the identity provider of demo$.*^ {2}trusted .*^Own keys in file:/ms,
  },
  // The same metadata again and again: they are news once.
  'npx rolecall saml trust': {
    code: [0, 2],
    shows:
      /^Identity provider https:\/\/idp\.demo\.test\/saml of demo$.*(Trusted from|trusted so already|Nothing was written)/ms,
  },
  'npx rolecall saml revoke': { code: 0, shows: /^[0-9a-f]{64} is (revoked|not revoked)/ },
  // Those of the demo are made at the first start.
  'npx rolecall saml keys demo': { code: 1, shows: /^$/, complains: /holds keys already; --rotate begins/ },
  'npx rolecall saml keys demo --rotate --write': { code: 0, shows: /^Written to .*signs .*published /s },
  'npx rolecall saml keys demo --activate --write': { code: 0, shows: /^Written to .*signs .*published /s },
  'npx rolecall saml keys demo --retire --write': {
    code: 0,
    shows: /^Written to [^\n]*\n {2}signs [^\n]*\n$/,
  },
  'npx rolecall saml unlink': { code: 0, shows: /is linked to no identity/ },
  'node scripts/smoke-test.mjs': { code: 0, shows: /all good/ },
  'curl -s -G': { code: 0, shows: /"Resources":\[\{/ },
  'curl ': { code: 0, shows: /^(?!.*"error")/s },
}
const expectationFor = (command: string): Expected | undefined =>
  Object.entries(expectations)
    .filter(([begins]) => command === begins || command.startsWith(`${begins.trimEnd()} `))
    .toSorted(([a], [b]) => b.length - a.length)[0]?.[1]

let scene: Scene
/** Number of a plan that somebody stored when everything was as the scene left it. */
let stored: number
/** A certificate that is trusted, and a credential for the preview's API. */
let fingerprint: string
let adminToken: string
beforeAll(async () => {
  scene = await openScene()
  stored = JSON.parse((await typed('npx rolecall plan demo-soc --save --json')).out).number
  const trusted = await typed('npx rolecall saml trust demo --yes --json')
  fingerprint = JSON.parse(trusted.out).certificates[0].fingerprint
  adminToken = (await typed('npx rolecall credentials create demo --scope admin')).out.trim()
})
afterAll(() => scene.close())

const filled = (example: string, digest: string): string => {
  const { house } = scene.town
  const values: Readonly<Record<string, string>> = {
    '<community>': 'demo-soc',
    '<connection>': 'demo',
    '<digest>': digest,
    '<number>': String(stored),
    '<you>': '"Maria Nowak"',
    '<why>': '"they did leave"',
    '<user>': 'carol@demo.test',
    '<when>': new Date().toISOString(),
    '<TableName>': house.endpoint.table,
    '<ScimBaseUrl>': `${house.url}/demo/scim/v2`,
    '<token>': demoToken,
    '<admin token>': adminToken,
    '<fingerprint>': fingerprint,
    COMMAND: 'plan',
    'http://127.0.0.1:8080': house.url,
    'http://127.0.0.1:8081': house.simulators.url,
    ' rolecall.yaml': ` ${scene.file}`,
    ...Object.fromEntries(Object.entries(scene.files).map(([name, path]) => [` ${name}`, ` ${path}`])),
  }
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), example)
}

/** Typed at a prompt in the checkout, beside the running house. */
const typed = (command: string) =>
  new Promise<{ readonly code: number | null; readonly out: string; readonly errors: string }>((resolve) => {
    const { endpoint, secret } = scene.town.house.endpoint
    // The deployed table's commands, with this machine's engine in the place of AWS.
    const deployed = {
      DYNAMODB_ENDPOINT: endpoint,
      DYNAMODB_SECRET: secret,
      AWS_REGION: 'eu-west-1',
      LOCAL: '1',
    }
    // Without `--fail`, an answer of 404 is a success to curl.
    // npx looks for the package each time, which takes longer than most commands: it is asked once, for the help, and what it finds after that.
    const found =
      command === 'npx rolecall --help'
        ? command
        : command.replace(/^npx rolecall /, 'node_modules/.bin/rolecall ')
    const line = found.replace(/^curl /, 'curl --fail-with-body -sS ')
    const child = spawn('sh', ['-euc', line], {
      cwd: root,
      env: {
        ...process.env,
        ROLECALL_DATA: scene.town.data,
        ROLECALL_OPERATOR: 'reader',
        ...(command.includes(' --table ') ? deployed : {}),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, errors]: [string[], string[]] = [[], []]
    child.stdout.on('data', (chunk) => out.push(String(chunk)))
    child.stderr.on('data', (chunk) => errors.push(String(chunk)))
    child.on('close', (code) => resolve({ code, out: out.join(''), errors: errors.join('') }))
    if (!command.startsWith('npx rolecall apply ')) return
    // Nothing else sends the worker what the command asks it for.
    const sweeps = setInterval(() => void scene.town.house.schedule('sweep'), 500)
    child.on('close', () => clearInterval(sweeps))
  })

const all = [...new Set(pages.flatMap(examplesOf))]

test('the README shows a plan as the command prints it', async () => {
  const { code, out } = await typed('npx rolecall plan demo-soc')
  expect(code).toBe(3)
  const shape = (text: string): string =>
    text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>').trimEnd()
  const shown = readme.blocks.map(({ text }) => shape(text))
  expect(shown).toContain(shape(out))
})

describe('every example of the pages', () => {
  test('is found, in blocks and inline', () => {
    expect(all.length).toBeGreaterThan(25)
    expect(all).toContain('npx rolecall holds')
    const languages = new Set(pages.flatMap(({ blocks }) => blocks.map(({ language }) => language)))
    expect([...languages].toSorted()).toEqual(
      ['js', 'json', 'powershell', 'sh', 'text', 'yaml'].filter((one) => languages.has(one)),
    )
  })

  test.each(all.filter((example) => !Object.hasOwn(elsewhere, example)))('%s', async (example) => {
    // Decided and put back: each of these examples needs a hold that waits.
    const command = filled(example, await scene.digest())
    expect(command, 'a placeholder that no value is known for').not.toMatch(/<[\w ]+>|…/)
    const expected = expectationFor(command)
    if (expected === undefined) throw new Error(`nobody knows what "${command}" should do`)
    const { code, out, errors } = await typed(command)
    expect([expected.code].flat(), errors).toContain(code)
    expect(out).toMatch(expected.shows)
    if (expected.complains !== undefined) expect(errors).toMatch(expected.complains)
    // The only one that is trusted, and the examples that follow need it.
    if (command.startsWith('npx rolecall saml revoke ')) await typed(`${command} --undo`)
  })

  test.each(Object.entries(elsewhere))('%s is run elsewhere', (example, { place, names }) => {
    expect(all, 'no page names it any more').toContain(example)
    expect(existsSync(join(root, place))).toBe(true)
    for (const name of names) expect(readFileSync(join(root, place), 'utf8')).toContain(name)
  })

  test('npm scripts start what those places run', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    expect(manifest.scripts).toMatchObject(scripts)
    const named = all.flatMap((example) => /^npm (?:run )?([\w:]+)/.exec(example)?.[1] ?? [])
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })
})

describe('--json is as docs/cli.md tells', () => {
  const told = pages.find(({ path }) => path === 'docs/cli.md')?.text.split('## JSON')[1] ?? ''
  const rows = new Map(
    [...told.matchAll(/^\| `([a-z -]+)` \| (.+) \|$/gm)].map(([, name = '', text = '']) => [name, text]),
  )
  const listed = (text = ''): readonly string[] =>
    (/\{ ([\w, ]+) \}/.exec(text)?.[1] ?? '').split(', ').filter((key) => key !== '')
  const run = async (line: string): Promise<unknown> => {
    const { code, out, errors } = await typed(`node scripts/rolecall.mjs ${line} --json`)
    expect(code, errors).not.toBe(1)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    return JSON.parse(out)
  }
  const shapes: Readonly<Record<string, () => Promise<unknown>>> = {
    'config check': () => run(`config check ${scene.file}`),
    'config push': () => run(`config push ${scene.file}`),
    'config history': () => run('config history'),
    'config rollback': () => run('config rollback 1'),
    plan: () => run('plan demo-soc'),
    plans: () => run('plans demo-soc'),
    // An example before had it carried out.
    apply: () => run(`apply demo-soc ${stored} --reason again`),
    departed: () => run('departed'),
    drift: () => run('drift demo-soc'),
    quarantine: async () => {
      await run('quarantine demo-net --reason restored')
      return await run('quarantine')
    },
    release: () => run('release demo-net --reason compared'),
    doctor: () => run('doctor demo-soc'),
    adopt: () => run('adopt demo-soc'),
    'adopt-account': () => run('adopt-account demo-soc dan@demo.test --reason theirs'),
    'saml-mappers': () => run('saml-mappers demo-net'),
    explain: () => run('explain ada@demo.test'),
    reconcile: () => run('reconcile demo-soc'),
    holds: async () => {
      await scene.digest()
      return await run('holds')
    },
    'holds show': async () => {
      await scene.digest()
      return await run('holds show demo-soc')
    },
    reject: async () => await run(`reject demo-soc ${await scene.digest()} --reason no`),
    approve: async () => await run(`approve demo-soc ${await scene.digest()} --reason yes`),
    'credentials create': () => run('credentials create demo'),
    'credentials list': () => run('credentials list demo'),
    preview: () => run('preview --member dan@demo.test'),
    'saml show': () => run('saml show demo'),
    'saml trust': () => run('saml trust demo'),
    'saml revoke': () => run(`saml revoke demo ${fingerprint} --undo --reason back`),
    'saml keys': () => run('saml keys demo --rotate'),
    'saml unlink': () => run('saml unlink dan@demo.test --reason new'),
    'credentials revoke': async () => {
      const { id } = (await run('credentials create demo')) as { readonly id: string }
      return await run(`credentials revoke demo ${id}`)
    },
  }

  test.each(Object.entries(shapes))('%s', async (name, ask) => {
    const row = rows.get(name) ?? ''
    const wanted = listed(row.startsWith('as one of `holds`') ? rows.get('holds') : row)
    const value = await ask()
    const list = row.startsWith('`[')
    expect(Array.isArray(value)).toBe(list)
    const one = (list ? (value as readonly object[])[0] : value) as object
    expect(Object.keys(one)).toEqual(expect.arrayContaining([...wanted]))
    // Whatever else is there is told as well.
    const words = new Set(`${row} ${rows.get('holds')}`.match(/\w+/g))
    expect(Object.keys(one).filter((key) => !words.has(key))).toEqual([])
  })

  test('explain names every field on the way to a role', async () => {
    const [, section = ''] = told.split('### explain\n')
    const words = new Set(section.match(/\w+/g))
    const { communities } = (await run('explain ada@demo.test')) as MemberExplanation
    const roles = communities.flatMap((one) => one.roles)
    const because = roles.flatMap((one) => one.because)
    const evidence = because.flatMap((one) => one.evidence)
    expect(evidence.map(({ kind }) => kind)).toContain('group')
    const names = [...communities, ...roles, ...because, ...evidence].flatMap((one) => Object.keys(one))
    expect(names.filter((name) => !words.has(name))).toEqual([])
  })

  test('every command has a row', () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(shapes).toSorted())
  })
})
