import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Community, RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import type { ErrorCode } from '../../lib/core/errors.ts'
import { fold } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { Account, PlatformRole } from '../../lib/core/snapshot.ts'
import * as make from './changes.ts'

/**
 * What every adapter must do, whatever its platform leaves undocumented: the suite runs once per value of each switch. Assertions are about
 * what the simulated platform holds, seen past the adapter.
 */
export type Truth = { readonly status: Account['status']; readonly roles: readonly string[] }
export type Trouble =
  | 'throttled'
  | 'throttledWithDate'
  | 'unavailable'
  | 'outageMidway'
  | 'hang'
  | 'hangOnWrite'
  | 'halfList'
  | 'movingList'
  | 'exchangedWhilePaged'
  | 'html'

export type Stage = {
  readonly platform: Platform
  /** The same community with another tenant's id, with revoked credentials, or with a tenth of a second per exchange. */
  readonly opened: (as: 'foreignTenant' | 'revoked' | 'impatient') => Promise<Platform>
  readonly community: Community
  /** What the platform holds of a person, past the adapter. */
  readonly truth: (email: string) => Truth | undefined
  readonly members: () => number
  readonly mailsTo: (email: string) => number
  readonly writes: () => number
  readonly accept: (email: string) => void
  readonly known: (email: string) => void
  readonly crowd: (count: number) => void
  readonly advance: (seconds: number) => void
  readonly trouble: (kind: Trouble, times: number) => void
  /** The next write is carried out and its answer lost. */
  readonly loseNextAnswer: () => void
  readonly pauses: () => readonly number[]
  readonly close: () => Promise<void>
}

export type PlatformHarness = {
  readonly name: string
  /** Values of what the vendor does not document, each flipped alone; the first is the default. */
  readonly variants: readonly string[]
  readonly start: (variant: string) => Promise<Stage>
  /** Roles of the harness's community by what the suite needs them for. */
  readonly roles: {
    readonly low: RoleDefinition
    readonly high: RoleDefinition
    readonly teams: readonly [RoleDefinition, RoleDefinition]
    readonly scoped: RoleDefinition
  }
}

const person = 'ada.lovelace@acme.example'

export const rolesOf = async (platform: Platform, community: Community) => {
  const { roles } = await platform.snapshot()
  const pairs = community.roles.flatMap((definition) => {
    const found = roles.find((role) => fold(role.name) === fold(definition.name))
    return found === undefined ? [] : [[definition.id as string, found] as const]
  })
  return new Map<string, PlatformRole>(pairs)
}

const contentsOf = (role: RoleDefinition): RoleContents => {
  if (role.kind === 'builtin' || role.contents === undefined) throw new Error(`${role.name} has no contents`)
  return role.contents
}

/** The suite's short hand over one stage. */
const handOf = (stage: Stage) => {
  const run = async (change: Change) =>
    stage.platform.apply(change, await rolesOf(stage.platform, stage.community))
  const account = async (email = person): Promise<Account> => {
    const found = (await stage.platform.snapshot()).accounts.find((one) => one.email === fold(email))
    if (found === undefined) throw new Error('no such account')
    return found
  }
  const role = async (definition: RoleDefinition): Promise<PlatformRole> => {
    const found = (await rolesOf(stage.platform, stage.community)).get(definition.id)
    if (found === undefined) throw new Error(`no role ${definition.id}`)
    return found
  }
  const prepare = async (...definitions: readonly RoleDefinition[]) => {
    for (const definition of definitions) await run(make.createRole(definition, contentsOf(definition)))
  }
  const join = async (...roles: readonly RoleDefinition[]): Promise<Account> => {
    const ids = roles.map(({ id }) => id as string)
    await run(make.invite(person, ids))
    return account()
  }
  const revoke = async (from: Account, definition: RoleDefinition) =>
    run(make.revoke(person, from.id, definition.id, (await role(definition)).id))
  return { run, account, role, prepare, join, revoke }
}

const failure = (code: ErrorCode) => expect.objectContaining({ name: 'ConnectorError', code })

export const platformContract = ({ name, variants, start, roles }: PlatformHarness): void => {
  describe.each(variants)(`${name}, %s`, (variant) => {
    let stage: Stage
    let hand: ReturnType<typeof handOf>
    beforeEach(async () => {
      stage = await start(variant)
      hand = handOf(stage)
    })
    afterEach(() => stage.close())
    const [team, otherTeam] = roles.teams

    it('shows a community without our people as it is', async () => {
      const snapshot = await stage.platform.snapshot()
      expect(snapshot.complete).toBe(true)
      expect(snapshot.accounts).toHaveLength(stage.members())
      expect(snapshot.accounts.some(({ email }) => email === person)).toBe(false)
      expect(snapshot.roles.find((role) => role.name === roles.high.name)?.admin).toBe(true)
      expect(snapshot.roles.find((role) => role.name === roles.low.name)?.admin).toBe(false)
    })

    it('adds a person with a role, once', async () => {
      const applied = await hand.run(make.invite(person, [roles.low.id]))
      expect(stage.truth(person)).toEqual({ status: 'pending', roles: [roles.low.name] })
      expect(applied).toMatchObject({ kind: 'account', account: { email: person, status: 'pending' } })
      expect(stage.mailsTo(person)).toBe(1)
    })

    it('adds somebody the platform knows already, with all roles', async () => {
      stage.known(person)
      await hand.prepare(team)
      await hand.join(team)
      expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [team.name] })
      expect(stage.mailsTo(person)).toBe(0)
    })

    it('finds people whatever the case of their address', async () => {
      await hand.run(make.invite('Ada.LOVELACE@acme.example', [roles.low.id]))
      expect((await hand.account()).email).toBe(person)
    })

    it('does not invite an address that has become a member meanwhile', async () => {
      await hand.join(roles.low)
      await expect(hand.run(make.invite(person, [roles.high.id]))).rejects.toEqual(
        failure('platformDisagrees'),
      )
      expect(stage.truth(person)?.roles).toEqual([roles.low.name])
      expect(stage.mailsTo(person)).toBe(1)
    })

    it('promotes and demotes', async () => {
      const account = await hand.join(roles.low)
      stage.accept(person)
      await hand.revoke(account, roles.low)
      await hand.run(make.grant(person, account.id, roles.high.id))
      expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [roles.high.name] })
      await hand.revoke(account, roles.high)
      await hand.run(make.grant(person, account.id, roles.low.id))
      expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [roles.low.name] })
    })

    it('gives several roles, keeps them and takes one back', async () => {
      await hand.prepare(team, otherTeam)
      const account = await hand.join(team)
      await hand.run(make.grant(person, account.id, otherTeam.id))
      expect(stage.truth(person)?.roles).toEqual([team.name, otherTeam.name].toSorted())
      await hand.revoke(account, team)
      expect(stage.truth(person)?.roles).toEqual([otherTeam.name])
    })

    it('moves a person from a built-in to a custom role', async () => {
      await hand.prepare(team)
      const account = await hand.join(roles.low)
      await hand.run(make.grant(person, account.id, team.id))
      await hand.revoke(account, roles.low)
      expect(stage.truth(person)?.roles).toEqual([team.name])
    })

    it('suspends and resumes', async () => {
      const account = await hand.join(roles.low)
      stage.accept(person)
      await hand.run(make.suspend(person, account.id))
      expect(stage.truth(person)).toEqual({ status: 'disabled', roles: [roles.low.name] })
      expect((await hand.account()).status).toBe('disabled')
      await hand.run(make.resume(person, account.id))
      expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [roles.low.name] })
    })

    it('removes and takes back', async () => {
      const account = await hand.join(roles.low)
      await hand.run(make.remove(person, account.id))
      expect(stage.truth(person)).toBeUndefined()
      expect((await stage.platform.accounts([account.id])).accounts).toEqual([])
      await hand.join(roles.low)
      expect(stage.truth(person)?.roles).toEqual([roles.low.name])
    })

    it('writes nothing that is so already', async () => {
      const account = await hand.join(roles.low)
      const before = stage.writes()
      await hand.run(make.grant(person, account.id, roles.low.id))
      await hand.run(make.resume(person, account.id))
      await hand.revoke(account, roles.high)
      await hand.run(make.adopt(person, account.id))
      expect(stage.writes()).toBe(before)
      await hand.run(make.remove(person, account.id))
      await hand.run(make.remove(person, account.id))
      expect(stage.writes()).toBe(before + 1)
    })

    it('clears an expired invitation and sends it again', async () => {
      const first = await hand.join(roles.low)
      stage.advance(25 * 3600)
      expect(first.invitedAt).toBeDefined()
      await hand.run(make.invite(person, [roles.low.id], { attempt: 2, replaces: first.id }))
      const second = await hand.account()
      expect(second.id).not.toBe(first.id)
      expect(stage.mailsTo(person)).toBe(2)
      expect(stage.truth(person)).toEqual({ status: 'pending', roles: [roles.low.name] })
    })

    it('keeps a person who accepted before the invitation was cleared', async () => {
      const first = await hand.join(roles.low)
      stage.accept(person)
      await hand.run(make.invite(person, [roles.low.id], { attempt: 2, replaces: first.id }))
      expect((await hand.account()).id).toBe(first.id)
      expect(stage.truth(person)?.status).toBe('enabled')
      expect(stage.mailsTo(person)).toBe(1)
    })

    it('reads 5,000 accounts, each once', async () => {
      stage.crowd(5000)
      const { accounts } = await stage.platform.snapshot()
      expect(new Set(accounts.map(({ id }) => id)).size).toBe(stage.members())
    })

    it('adds a person to a crowd without reading all of it', async () => {
      stage.crowd(2000)
      const known = await rolesOf(stage.platform, stage.community)
      await stage.platform.apply(make.invite(person, [roles.low.id]), known)
      expect(stage.truth(person)?.roles).toEqual([roles.low.name])
    })

    describe('roles', () => {
      it('creates a role with exactly its contents, and once', async () => {
        await hand.prepare(team, team)
        const role = await hand.role(team)
        expect(role.permissions).toEqual(contentsOf(team).permissions)
        expect(role.description).toBe(contentsOf(team).description)
        expect(role.intakes).toEqual([])
      })

      it('creates and gives a restricted role', async () => {
        await hand.prepare(roles.scoped)
        const role = await hand.role(roles.scoped)
        expect(role.kind).toBe(roles.scoped.kind)
        expect(role.intakes).toHaveLength(1)
        const account = await hand.join(roles.low)
        await hand.run(make.grant(person, account.id, roles.scoped.id))
        await hand.revoke(account, roles.low)
        expect(stage.truth(person)?.roles).toEqual([roles.scoped.name])
      })

      it('repairs a role to its contents', async () => {
        await hand.prepare(team)
        const role = await hand.role(team)
        const fewer = { ...contentsOf(team), permissions: contentsOf(team).permissions.slice(0, 1) }
        await hand.run(make.repairRole(team, fewer, role.id))
        expect((await hand.role(team)).permissions).toEqual(fewer.permissions)
      })

      it('refuses a permission the platform does not know, before it writes', async () => {
        const before = stage.writes()
        const unknown = { ...contentsOf(team), permissions: ['NO_SUCH_PERMISSION'] }
        await expect(hand.run(make.createRole(team, unknown))).rejects.toEqual(failure('platformRefused'))
        expect(stage.writes()).toBe(before)
      })

      it('does not take over a role of the same name with other contents', async () => {
        await hand.prepare(team)
        const other = { ...contentsOf(team), permissions: contentsOf(team).permissions.slice(0, 1) }
        await expect(hand.run(make.createRole(team, other))).rejects.toEqual(failure('platformRefused'))
        expect((await hand.role(team)).permissions).toEqual(contentsOf(team).permissions)
      })

      it('lists what a configuration may name', async () => {
        const catalogue = await stage.platform.catalogue()
        expect(catalogue.permissions).toEqual(catalogue.permissions.toSorted())
        expect(catalogue.permissions).toEqual(expect.arrayContaining([...contentsOf(team).permissions]))
        expect(catalogue.permissions).toEqual(expect.arrayContaining([...catalogue.restrictedPermissions]))
        expect(catalogue.restrictedPermissions.length).toBeLessThan(catalogue.permissions.length)
      })
    })

    describe('in trouble', () => {
      it.each([
        ['throttled', 'platformThrottled'],
        ['throttledWithDate', 'platformThrottled'],
        ['unavailable', 'platformUnavailable'],
        ['outageMidway', 'platformUnavailable'],
        ['halfList', 'platformUnreadable'],
        ['movingList', 'platformUnreadable'],
        ['html', 'platformUnreadable'],
      ] as const)('calls a list that is %s no community', async (kind, code) => {
        stage.crowd(250)
        stage.trouble(kind, 100)
        await expect(stage.platform.snapshot()).rejects.toEqual(failure(code))
      })

      it('does not wait for a platform that hangs', async () => {
        const impatient = await stage.opened('impatient')
        stage.trouble('hang', 100)
        await expect(impatient.snapshot()).rejects.toEqual(failure('platformUnavailable'))
      })

      it('does not know whether a change was done when its answer never comes, and sends it once', async () => {
        const known = await rolesOf(stage.platform, stage.community)
        const impatient = await stage.opened('impatient')
        stage.trouble('hangOnWrite', 1)
        const change = make.invite(person, [roles.low.id])
        await expect(impatient.apply(change, known)).rejects.toEqual(failure('platformUncertain'))
        expect(stage.writes()).toBe(1)
        expect(stage.truth(person)).toBeUndefined()
      })

      it.each([
        ['unavailable', 1],
        ['outageMidway', 1],
        ['halfList', 1],
        ['movingList', 1],
        ['exchangedWhilePaged', 1],
      ] as const)('reads it whole once %s is over', async (kind, times) => {
        stage.crowd(250)
        stage.trouble(kind, times)
        const { accounts } = await stage.platform.snapshot()
        expect(accounts).toHaveLength(stage.members())
        expect(new Set(accounts.map(({ id }) => id)).size).toBe(accounts.length)
      })

      it('leaves the platform alone when it says so', async () => {
        stage.trouble('throttled', 1)
        await expect(stage.platform.snapshot()).rejects.toMatchObject({ retryAfter: 30 })
        expect(stage.pauses()).toContain(30)
        stage.advance(31)
        expect((await stage.platform.snapshot()).complete).toBe(true)
      })

      it('fails a change in an outage, and the same change succeeds afterwards', async () => {
        const account = await hand.join(roles.low)
        const known = await rolesOf(stage.platform, stage.community)
        stage.trouble('unavailable', 50)
        const change = make.suspend(person, account.id)
        await expect(stage.platform.apply(change, known)).rejects.toEqual(failure('platformUnavailable'))
        expect(stage.truth(person)?.status).toBe('pending')
        stage.trouble('unavailable', 0)
        stage.advance(700)
        await stage.platform.apply(change, known)
        expect(stage.truth(person)?.status).toBe('disabled')
      })

      it('finds an invitation whose answer was lost, and sends no second one', async () => {
        stage.loseNextAnswer()
        await hand.join(roles.low)
        expect(stage.truth(person)?.roles).toEqual([roles.low.name])
        expect(stage.mailsTo(person)).toBe(1)
      })

      it('finds every other write whose answer was lost', async () => {
        stage.loseNextAnswer()
        await hand.prepare(team)
        const account = await hand.join(roles.low)
        stage.accept(person)
        stage.loseNextAnswer()
        await hand.run(make.suspend(person, account.id))
        stage.loseNextAnswer()
        await hand.run(make.resume(person, account.id))
        stage.loseNextAnswer()
        await hand.run(make.grant(person, account.id, team.id))
        expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [team.name] })
        stage.loseNextAnswer()
        await hand.revoke(account, team)
        expect(stage.truth(person)).toEqual({ status: 'enabled', roles: [] })
        stage.loseNextAnswer()
        await hand.run(make.remove(person, account.id))
        expect(stage.truth(person)).toBeUndefined()
        expect(
          (await stage.platform.snapshot()).roles.filter(({ name: one }) => one === team.name),
        ).toHaveLength(1)
      })

      it('says so when the credentials are for another tenant, or revoked', async () => {
        const foreign = await stage.opened('foreignTenant')
        await expect(foreign.snapshot()).rejects.toEqual(failure('platformForbidden'))
        const revoked = await stage.opened('revoked')
        await expect(revoked.snapshot()).rejects.toEqual(failure('platformUnauthorized'))
      })
    })
  })
}
