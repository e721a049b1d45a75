import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sayJson } from '../../lib/cli/terminal.ts'
import { troubleText } from '../../lib/cli/trouble.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { ConnectorError } from '../../lib/core/errors.ts'
import {
  accountId,
  communityId,
  connectionId,
  instant,
  memberId,
  platformRoleId,
  roleId,
} from '../../lib/core/ids.ts'
import type { Hold } from '../../lib/core/verdict.ts'
import { authenticate } from '../../lib/scim/authentication.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { callCommand, type Desk, openDesk, runCommand } from './command.ts'

const [demo, soc] = [connectionId('demo'), communityId('demo-soc')]
const stamp = () => ({
  connection: demo,
  actor: { kind: 'credential', label: 'test' } as const,
  requestId: 'request-1',
  at: systemClock.now(),
})

describe('without a table', () => {
  test('help names every command, and an unknown one is an error with a hint', async () => {
    const help = await runCommand(['--help'], {})
    expect(help.code).toBe(0)
    for (const name of ['config push', 'plan', 'explain', 'approve', 'credentials create', 'Exit codes'])
      expect(help.out).toContain(name)
    expect((await runCommand(['config', 'push', '--help'], {})).out).toContain(
      '[FILE] [--note TEXT] [--dry-run]',
    )
    const unknown = await runCommand(['explian', 'x'], {})
    expect([unknown.code, unknown.out]).toEqual([1, ''])
    expect(unknown.error).toContain('did you mean "explain"?')
    expect((await runCommand(['config'], {})).error).toContain(
      'config needs one of check, push, history, rollback',
    )
    expect((await runCommand(['holds', '--jsn'], {})).error).toContain("Unknown option '--jsn'")
  })

  test('help is found wherever it is asked for, and tells the options of a command', async () => {
    const general = (await callCommand(['--help'])).out
    for (const args of [['help'], ['-h'], ['config', '--help'], ['help', 'credentials']])
      expect(await callCommand(args)).toEqual({ code: 0, out: general, error: '' })
    const approve = await callCommand(['approve', 'demo-soc', '--help'])
    expect(await callCommand(['help', 'approve'])).toEqual(approve)
    expect(approve.out).toMatch(/--by NAME +who decided; default \$ROLECALL_OPERATOR, else your login name/)
    expect(await callCommand([])).toEqual({ code: 1, out: general, error: '' })
    for (const args of [
      ['nonsense', '--help'],
      ['help', 'nonsense'],
    ])
      expect((await callCommand(args)).error).toContain('there is no command "nonsense"')
    expect((await callCommand(['--json', 'holds'])).error).toContain(
      'the command comes first, then options such as --json',
    )
  })

  test('where no house ever was, the answer is an error and nothing is begun', async () => {
    const nowhere = join(tmpdir(), 'rolecall-nowhere')
    const holds = await callCommand(['holds', '--data', nowhere])
    expect([holds.code, holds.out]).toEqual([1, ''])
    expect(holds.error).toContain(`there is no data in ${nowhere}: run npm start once, name its directory`)
    expect(existsSync(nowhere)).toBe(false)
    const check = await callCommand(['config', 'check', join(nowhere, 'rolecall.yaml')])
    expect(check.error).toContain(`there is no file ${nowhere}/rolecall.yaml; name a file that can be read`)
  })

  test('whoever reads it may stop reading: `| head` is no failure', async () => {
    const child = spawn(process.execPath, ['infra/local/cli.ts', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const errors: string[] = []
    child.stderr.on('data', (chunk) => errors.push(String(chunk)))
    const [code] = await once(child, 'close')
    expect([code, errors.join('')]).toEqual([0, ''])
  })

  test('trouble with AWS is told with its remedy', () => {
    const sdk = (name: string, message = 'x') => Object.assign(new Error(message), { name })
    const store = (cause: Error) =>
      new ConnectorError('storeUnavailable', 'the store did not answer', { cause })
    expect(troubleText(store(sdk('CredentialsProviderError')))).toContain('aws sso login')
    expect(troubleText(store(sdk('ResourceNotFoundException')))).toContain('there is no such table')
    expect(troubleText(store(sdk('Error', 'Region is missing')))).toContain('--region')
    expect(troubleText(store(sdk('TimeoutError')))).toBe('the store did not answer')
    expect(troubleText(new RangeError('odd'))).toMatch(
      /^unexpected, please report it: RangeError: odd\n +at /,
    )
  })

  test('JSON keeps every value, and escapes what would steer a terminal', () => {
    const lines: string[] = []
    const terminal = {
      out: (text: string) => void lines.push(text),
      error: () => undefined,
      colour: { out: true, error: true },
    }
    const value = { name: 'a\u202eb\u009bc\u001bd "é😀"' }
    sayJson(terminal, value)
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    expect(JSON.parse(lines[0] ?? '')).toEqual(value)
  })
})

describe('with the data of one machine', () => {
  let desk: Desk
  beforeAll(async () => {
    vi.stubEnv('ROLECALL_OPERATOR', 'tester')
    desk = await openDesk()
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await desk.close()
  })

  test('check: valid, with warnings, and refused with places', async () => {
    const valid = await desk.run('config', 'check', desk.file)
    expect(valid).toMatchObject({ code: 0, error: '' })
    expect(valid.out).toContain('is valid: 1 connection(s), 3 communities, 7 rule(s)')
    const broken = await desk.call(
      'config',
      'check',
      desk.write('broken.yaml', 'mode: enforce', 'mode: enforced'),
    )
    expect(broken.code).toBe(1)
    expect(broken.error).toMatch(/communities\[0\]\.mode \(line \d+\): has a value that is not known/)
    const aws = await desk.call('config', 'check', desk.file, '--aws')
    expect(aws.error).toContain('file: is for one machine only')
  })

  test('push: previewed, refused by the live catalogue, stored, stored once', async () => {
    expect((await desk.call('plan', 'demo-soc')).error).toContain('no configuration has been pushed yet')
    const unknown = await desk.call(
      'config',
      'push',
      desk.write('unknown.yaml', 'builtin: Analyst', 'builtin: Analist'),
    )
    expect(unknown.code).toBe(1)
    expect(unknown.error).toContain('did you mean "Analyst"?')
    const dry = await desk.run('config', 'push', desk.file, '--dry-run')
    expect(dry.code).toBe(2)
    expect(dry.out).toContain('create role "SOC tier 1"')
    expect((await desk.call('config', 'history')).out).toContain('No version yet')

    const pushed = await desk.run('config', 'push', desk.file, '--note', 'the demo')
    expect(pushed.code).toBe(0)
    expect(pushed.out).toContain(
      'Stored as version 1; demo-soc, demo-net, demo-immy will be compared within a minute.',
    )
    expect((await desk.call('config', 'push', desk.file)).out).toContain('Version 1 is this text already')
    const work = await createWorkQueue(desk.table).take(soc, systemClock.now(), 10)
    expect(work.map(({ priority, subject }) => [priority, subject])).toEqual([
      ['reconciliation', { kind: 'community' }],
    ])
  })

  test('plan: what would be done, as text, Markdown and JSON', async () => {
    const plan = await desk.call('plan', 'demo-soc')
    expect(plan.code).toBe(2)
    expect(plan.out).toContain('account owner@demo.test (administrator)')
    expect((await desk.call('plan', 'demo-soc', '--markdown')).out).toMatch(/^## demo-soc/)
    const json = JSON.parse((await desk.call('plan', 'demo-soc', '--json')).out)
    expect(json.plan.changes.map(({ kind }: { kind: string }) => kind)).toEqual([
      'createRole',
      'createRole',
      'createRole',
    ])
    for (const command of ['plan', 'reconcile'])
      expect((await desk.call(command, 'other')).error).toBe(
        'error: the current configuration has no community other; it has demo-soc, demo-net, demo-immy\n',
      )
  })

  test('explain: each role with its reasons, and why not the one asked about', async () => {
    const directory = createDirectory(desk.table)
    const made = await directory.createMember(stamp(), {
      userName: 'ada@demo.test',
      active: true,
      attributes: { emails: [{ value: 'ada@demo.test', primary: true }] },
    })
    if (made.kind !== 'written') throw new Error(made.kind)
    await directory.createGroup(stamp(), { displayName: 'SOC-Tier1', attributes: {} }, [made.member.id])
    const explained = await desk.call('explain', 'ada@demo.test', '--role', 'demo-soc/analyst')
    expect(explained.code).toBe(0)
    expect(explained.out).toContain('rule soc-tier1 (configuration 1): group "SOC-Tier1"')
    expect(explained.out).toContain('asked about analyst: no rule that matches grants it')
    const ask = (...more: readonly string[]) => desk.call('explain', 'ada@demo.test', ...more)
    expect((await ask('--role', 'analyst', '--community', 'demo-soc')).out).toBe(explained.out)
    expect((await ask('--community', 'demo-soc')).error).toContain('--community goes with --role ROLE')
    const today = new Date().toISOString()
    const then = await ask('--at', today, '--role', 'demo-soc/analyst')
    expect(then.out).toMatch(
      /: member \S+ of demo, active since .*\n {2}in group "SOC-Tier1" \(\S+\), joined /,
    )
    expect(then.out).toContain('asked about analyst: no rule that matches grants it')
    expect((await ask('--at', '1999-12-31')).out).toMatch(
      /not there yet.*No rule was asked: no configuration/s,
    )
    expect((await ask('--at', '2999-12-31')).error).toContain('has not come yet')
    expect((await ask('--at', 'yesterday')).error).toContain('--at is a day such as')
    expect(JSON.parse((await ask('--at', today, '--json')).out)).toMatchObject({
      standing: { kind: 'active' },
      configuration: 1,
      open: [],
    })
    const byId = JSON.parse((await desk.call('explain', made.member.id, '--json')).out)
    expect(byId.communities[0].roles[0]).toMatchObject({ role: 'tier1', state: 'waiting' })
    expect((await desk.call('explain', 'nobody')).error).toContain('no member of that userName')
    expect((await desk.call('explain', 'ada@demo.test', '--connection', 'x')).error).toContain(
      'the current configuration has no connection x; it has demo',
    )
    expect((await desk.call('explain', 'ada@demo.test', '--role', 'demo-sic/analyst')).error).toContain(
      'the current configuration has no community demo-sic; did you mean demo-soc?',
    )
    const unknownRole = await desk.call('explain', 'ada@demo.test', '--role', 'demo-soc/boss')
    expect(unknownRole.out).toContain('boss: the configuration knows no such role here')
  })

  test('plans: stored under a number, listed, shown as they were, carried out, or not and why', async () => {
    const directory = createDirectory(desk.table)
    const made = await directory.createMember(stamp(), {
      userName: 'eve@demo.test',
      active: true,
      attributes: { emails: [{ value: 'eve@demo.test', primary: true }] },
    })
    if (made.kind !== 'written') throw new Error(made.kind)
    await directory.createGroup(stamp(), { displayName: 'SOC-Analysts', attributes: {} }, [made.member.id])
    const runs = createRunStore(desk.table)
    expect((await desk.call('plans', 'demo-net')).out).toContain('npx rolecall plan demo-net --save --data ')

    const preview = await desk.call('plan', 'demo-soc', '--save')
    expect(preview.code).toBe(2)
    const again = `npx rolecall apply demo-soc 1 --reason "…" --data ${desk.data}`
    expect(preview.out).toContain(`Stored as plan 1; carry out exactly this: ${again}\n`)
    const shown = await desk.call('plan', 'demo-soc', '--number', '1')
    expect(shown.code).toBe(2)
    expect(shown.out).toMatch(/^Plan 1 of 20\S+: configuration 1, directory 20\S+, platform 20\S+\n/)
    expect(shown.out).toContain(preview.out.split('\n\nStored')[0])
    expect((await desk.call('plan', 'demo-soc', '--number', '1', '--markdown')).out).toMatch(/^## demo-soc: /)
    const json = JSON.parse((await desk.call('plan', 'demo-soc', '--number', '1', '--json')).out)
    expect(json).toEqual(JSON.parse(JSON.stringify(await runs.plan(soc, 1))))
    for (const [args, error] of [
      [['--number', '7'], 'there is no plan 7 of demo-soc'],
      [['--number', 'x'], '--number must be the number of a stored plan'],
      [['--number', '1', '--save'], 'only one of them'],
    ] as const)
      expect((await desk.call('plan', 'demo-soc', ...args)).error).toContain(error)

    const invite = `invite/demo/${made.member.id}/1/analyst`
    /** The command asks and waits; what the worker says of it is what it ends with. */
    const answered = async (
      state: 'applied' | 'refused' | 'failed',
      why: readonly string[],
      applied: number,
    ) => {
      const ended = desk.call('apply', 'demo-soc', '1', '--reason', 'checked', '--by', 'Maria Nowak')
      await vi.waitFor(async () => expect((await runs.fate(soc, 1))?.state).toBe('asked'))
      const at = systemClock.now()
      await runs.saveFate(soc, { number: 1, at, state, why, applied, failed: state === 'failed' ? 1 : 0 })
      return await ended
    }
    const refused = await answered('refused', [`${invite}: no longer planned, and not done`], 0)
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.error).toBe(
      `error: plan 1 of demo-soc no longer fits, and nothing of it was done:\n  invite eve@demo.test as analyst — no longer planned, and not done\nSee what is to be done now: npx rolecall plan demo-soc --save --data ${desk.data}\n`,
    )
    const failed = await answered('failed', [`${invite}: platformRefused`], 3)
    expect(failed.error).toContain('of plan 1 of demo-soc 3 change(s) were carried out, and 1 were not:\n')
    const applied = await answered('applied', [], 5)
    expect(applied).toMatchObject({ code: 0, error: '' })
    expect(applied.out).toMatch(/^Carried out plan 1 of demo-soc: 5 change\(s\), 20/)
    expect((await desk.call('plans', 'demo-soc')).out).toMatch(
      /^ {5}1 {2}20\S+ {2}configuration 1 {2}\d change\(s\): \d to do, 0 held {2}carried out 20\S+: 5 change\(s\)\n$/,
    )
    const trail = await createAuditLog(desk.table).about({ kind: 'community', id: soc }, 10)
    expect(trail.filter(({ event }) => event.kind === 'planAsked')).toHaveLength(3)
    const work = await createWorkQueue(desk.table).take(soc, systemClock.now(), 10)
    expect(work.map(({ subject }) => subject)).toContainEqual({ kind: 'plan', number: 1 })
  })

  test('holds: listed with exit code 3, approved by digest only, then gone', async () => {
    expect(await desk.call('holds')).toMatchObject({ code: 0, out: 'Nothing is held.\n' })
    const safety = createSafetyStore(desk.table)
    const subject = {
      connection: demo,
      member: memberId('m-1'),
      email: 'ada@demo.test',
      account: accountId('a-1'),
    }
    const change = {
      kind: 'revoke',
      id: 'revoke/a-1/tier1',
      subject,
      role: roleId('tier1'),
      platformRole: platformRoleId('r-1'),
      roleName: 'SOC tier 1',
      replaced: false,
    } as unknown as Hold['held'][number]['change']
    const digest = 'ab'.repeat(32)
    const hold: Hold = {
      community: soc,
      digest,
      held: [{ change, reason: { kind: 'protected' } }],
      since: instant(0),
      state: 'waiting',
      version: 0,
    }
    expect(await safety.saveHold(hold)).toBe('saved')
    const listed = await desk.run('holds')
    expect(listed.code).toBe(3)
    expect(listed.out).toContain('demo-soc  abababababab  waiting')
    expect(listed.out).toContain('take tier1 from ada@demo.test — the account is protected')
    const whole = await desk.call('holds', 'show', 'demo-soc')
    expect(whole.code).toBe(3)
    expect(whole.out).toContain(
      `demo-soc: 1 change(s), waiting since 1970-01-01T00:00:00.000Z\n  digest ${digest}\n`,
    )
    expect(whole.out).toContain('  the account is protected:\n    take tier1 from ada@demo.test\n')
    expect(JSON.parse((await desk.call('holds', 'show', 'demo-soc', '--json')).out)).toMatchObject({ digest })
    expect(await desk.call('holds', 'show', 'demo-net')).toMatchObject({
      code: 0,
      out: 'Nothing is held in demo-net.\n',
    })
    expect((await desk.call('help', 'holds')).out).toMatch(/^Usage: npx rolecall holds\n/)
    // A pasted line must reach the table that was looked at.
    const elsewhere = (await desk.call('holds')).out
    for (const word of ['approve', 'reject'])
      expect(elsewhere).toContain(
        `npx rolecall ${word} demo-soc abababababab --reason "…" --data ${desk.data}\n`,
      )

    for (const word of ['approve', 'reject'])
      expect((await desk.call(word, 'nope', 'abababababab', '--reason', 'x')).error).toBe(
        'error: the current configuration has no community nope; it has demo-soc, demo-net, demo-immy\n',
      )
    expect((await desk.call('approve', 'demo-soc')).error).toContain('digest is missing')
    expect((await desk.call('approve', 'demo-soc', 'abababababab')).error).toContain('--reason')
    const other = await desk.call('approve', 'demo-soc', 'cdcdcdcdcdcd', '--reason', 'meant so')
    expect([other.code, other.error.includes('list the holds and decide again')]).toEqual([1, true])
    const decide = (word: string, ...more: readonly string[]) =>
      desk.call(word, 'demo-soc', 'abababababab', '--reason', 'meant so', ...more)
    for (const by of ['', ' ', 'x'.repeat(65), 'a\u001bb'])
      expect((await decide('approve', '--by', by)).error).toContain('--by must be a name')
    expect((await decide('reject', '--by', 'Maria Nowak')).code).toBe(0)
    expect(await safety.hold(soc)).toMatchObject({ state: 'rejected', decidedBy: 'Maria Nowak' })
    expect((await desk.call('holds')).code).toBe(0)
    expect((await decide('approve', '--by', 'Maria Nowak')).code).toBe(0)
    expect(await safety.hold(soc)).toBeUndefined()
    expect(await safety.approvals(soc, systemClock.now())).toMatchObject([
      { digest, by: 'Maria Nowak', reason: 'meant so' },
    ])
    expect(await safety.saveHold({ ...hold, digest: 'ef'.repeat(32) })).toBe('saved')
    expect((await desk.call('approve', 'demo-soc', 'efefefefefef', '--reason', 'again')).code).toBe(0)
    const decided = (await createAuditLog(desk.table).about({ kind: 'community', id: soc }, 10)).flatMap(
      ({ event, actor }) => ('digest' in event ? [[event.kind, 'label' in actor && actor.label]] : []),
    )
    // The operator at the keyboard, unless the decision was somebody else's.
    expect(decided.toSorted()).toEqual([
      ['approved', 'Maria Nowak'],
      ['approved', 'tester'],
      ['rejected', 'Maria Nowak'],
    ])
    expect((await desk.call('reject', 'demo-soc', 'abababababab', '--reason', 'no')).error).toContain(
      'nothing is held',
    )
  })

  test('credentials: shown once, usable, listed without their hash, revoked for good', async () => {
    const created = JSON.parse(
      (await desk.call('credentials', 'create', 'demo', '--label', 'okta', '--expires', '30d', '--json')).out,
    )
    const credentials = createCredentialStore(desk.table)
    const enter = () =>
      authenticate({ credentials, clock: systemClock }, demo, 'scim', `Bearer ${created.token}`)
    expect(await enter()).toMatchObject({ id: created.id, label: 'okta', createdBy: 'tester' })
    const listed = await desk.call('credentials', 'list', 'demo', '--json')
    expect(JSON.parse(listed.out)).toMatchObject([{ id: created.id, label: 'okta', scope: 'scim' }])
    expect(listed.out).not.toContain('hash')
    expect((await desk.call('credentials', 'revoke', 'demo', created.id)).code).toBe(0)
    await expect(enter()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await desk.call('credentials', 'create', 'dem')).error).toContain(
      'the current configuration has no connection dem; did you mean demo?',
    )
    expect((await desk.call('credentials', 'create', 'demo', '--scope', 'all')).error).toContain(
      '--scope must be one of',
    )
  })

  test('a version that drops a community says what stays behind', async () => {
    const second = await desk.call('config', 'push', desk.write('second.yaml', 'demo-soc', 'renamed'))
    expect(second.error).toContain(
      'community demo-soc is no longer named: its 0 owned account(s) stay as they are',
    )
    expect(second.out).toContain('Stored as version 2')
  })

  test('what is held in a dropped community can still be decided', async () => {
    const safety = createSafetyStore(desk.table)
    const digest = '12'.repeat(32)
    const hold: Hold = { community: soc, digest, held: [], since: instant(0), state: 'waiting', version: 0 }
    expect(await safety.saveHold(hold)).toBe('saved')
    expect((await desk.call('reject', 'demo-soc', '121212121212', '--reason', 'gone')).code).toBe(0)
  })

  test('a version that drops a connection says that its tokens still work, and they can be ended', async () => {
    const create = await desk.call('credentials', 'create', 'demo', '--json')
    const { id } = JSON.parse(create.out)
    const warning =
      'connection demo is no longer named: nobody new gets access through it, and its 1 valid token(s) still work: find them with npx rolecall credentials list demo, end each with npx rolecall credentials revoke demo ID'
    const other = desk.write('other.yaml', 'id: demo\n', 'id: other\n')
    const dry = await desk.call('config', 'push', other, '--dry-run', '--json')
    expect(JSON.parse(dry.out).warnings).toContain(warning)
    const pushed = await desk.call('config', 'push', other)
    expect([pushed.code, pushed.error]).toEqual([0, expect.stringContaining(`warning: ${warning}\n`)])
    expect((await desk.call('credentials', 'list', 'demo')).out).toContain(id)
    expect((await desk.call('credentials', 'revoke', 'demo', id)).code).toBe(0)
    expect((await desk.call('credentials', 'create', 'demo')).error).toContain('no connection demo')
    const back = await desk.call('config', 'rollback', '2', '--json')
    expect(JSON.parse(back.out)).toEqual({
      current: 2,
      warnings: [
        expect.stringMatching(/^community demo-soc is no longer named/),
        expect.stringMatching(/^connection other is no longer named: .* it has no valid token$/),
      ],
    })
    expect(back.error).toContain('warning: connection other is no longer named')
  })

  test('rollback and history work while the platform is down, and are on record', async () => {
    await desk.simulators.close()
    expect((await desk.call('config', 'push', desk.file)).error).toContain('the platform could not be asked')
    const back = await desk.run('config', 'rollback', '1')
    expect(back.code).toBe(0)
    // What is compared is what is current now, not what was.
    expect(back.out).toContain('Version 1 is current; demo-soc, ')
    expect(back.error).toContain('community renamed is no longer named: its 0 owned account(s)')
    expect((await desk.call('config', 'rollback', '9')).error).toContain('there is no version 9')
    const history = JSON.parse((await desk.call('config', 'history', '--json')).out)
    expect(history.map(({ number, by, note, current }: never) => [number, by, note, current])).toEqual([
      [1, 'tester', 'the demo', true],
      [2, 'tester', '', false],
      [3, 'tester', '', false],
    ])
    const trail = await createAuditLog(desk.table).about({ kind: 'community', id: soc }, 10)
    expect(trail.map(({ event, actor }) => [event.kind, actor])).toContainEqual([
      'approved',
      { kind: 'operator', label: 'tester' },
    ])
  })

  test('a deployed table is named by options or the environment, and is not one machine', async () => {
    const { endpoint, secret, table } = desk.storage
    const variables = { DYNAMODB_ENDPOINT: endpoint, DYNAMODB_SECRET: secret, AWS_REGION: 'eu-west-1' }
    expect((await runCommand(['config', 'history', '--table', table], variables)).out).toContain('* 1')
    // By the credentials of a profile, for the same table.
    const profiles = join(desk.data, 'profiles')
    writeFileSync(profiles, `[soc]\naws_access_key_id = ${secret}\naws_secret_access_key = ${secret}\n`)
    const given = { DYNAMODB_ENDPOINT: endpoint, AWS_SHARED_CREDENTIALS_FILE: profiles }
    const by = (profile: string) =>
      runCommand(
        ['config', 'history', '--table', table, '--region', 'eu-west-1', '--profile', profile],
        given,
      )
    expect(await by('soc')).toMatchObject({ code: 0, out: expect.stringContaining('* 1') })
    expect(await by('other')).toMatchObject({ code: 1, out: '', error: expect.stringContaining('--profile') })
    const push = await runCommand(['config', 'push', desk.file], { ...variables, TABLE_NAME: table })
    expect(push.code).toBe(1)
    expect(push.error).toContain('file: is for one machine only')
  })

  test('nobody serves the data: the command opens it itself, one at a time', async () => {
    await desk.leave()
    expect((await desk.run('config', 'history')).out).toContain('* 1')
    const asked = await desk.run('reconcile', 'demo-soc')
    expect(asked.out).toContain('will be compared as soon as npm start runs')
    // Its last answer was that it is carried out: asked for again, that is what it is.
    expect((await desk.call('apply', 'demo-soc', '1', '--reason', 'again')).code).toBe(0)
    expect((await desk.call('plans', 'demo-soc')).out).toContain('carried out')
  })
})
