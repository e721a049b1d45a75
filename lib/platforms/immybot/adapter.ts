import type { AccountId } from '../../core/ids.ts'
import type { Platform, Reading } from '../../core/ports/platform.ts'
import type { Snapshot } from '../../core/snapshot.ts'
import type { Toolbox } from '../toolbox.ts'
import { createImmybotApi } from './api.ts'
import { createApply } from './apply.ts'
import { createCall } from './calls.ts'
import { createCheckup } from './checkup.ts'
import { createAuthorization } from './credentials.ts'
import { dialectOf } from './dialect.ts'
import { createInstance } from './instance.ts'
import { adminPermissions, permissionNames } from './permissions.ts'
import { placesOf, scopeTexts } from './scopes.ts'
import { openSession, type Session } from './session.ts'
import { immybotTraits } from './traits.ts'

/** One ImmyBot instance, or the people of one of its tenants. */
export const openImmybot = (toolbox: Toolbox): Platform => {
  const { community, clock, connect } = toolbox
  const dialect = dialectOf(community.dialect)
  const authorization = createAuthorization(toolbox, dialect)
  const call = createCall(connect(authorization), authorization)
  const api = createImmybotApi(call, clock, dialect.pageSize)
  const instance = createInstance(api, call, clock, dialect)
  const deps = { api, call, clock, community, dialect, instance }
  const apply = createApply(deps)

  const inSession = <T>(age: 'now' | 'recent', run: (session: Session) => Promise<T>): Promise<T> =>
    instance.within(async (generation) => run(openSession(generation, await instance.facts(age), deps)))

  /** Without ids: of everybody. What is gone on with needs no new look at what is true of the whole instance. */
  const snapshotOf = (ids?: readonly AccountId[], reading?: Reading): Promise<Snapshot> =>
    inSession(reading?.from === undefined ? 'now' : 'recent', async ({ look, facts }) => {
      const { begunAt, accounts, roles, notices } = await look(ids, reading)
      return {
        community: community.id,
        ...(ids === undefined ? { begunAt, takenAt: clock.now() } : { takenAt: begunAt }),
        scope: ids === undefined ? 'community' : 'targeted',
        complete: true,
        accounts,
        roles,
        intakes: [],
        permissions: permissionNames(facts.subjects),
        adminPermissions: [...adminPermissions(facts.subjects)].toSorted(),
        notices,
      }
    })

  return {
    traits: immybotTraits,
    snapshot: (reading) => snapshotOf(undefined, reading),
    accounts: (ids) => snapshotOf(ids),
    apply: (change, roles) => inSession('recent', (session) => apply(change, roles, session)),
    catalogue: () =>
      inSession('now', async ({ facts, listed }) => ({
        roles: await listed([]),
        permissions: permissionNames(facts.subjects),
        restrictedPermissions: [],
        intakes: [],
        scopes: scopeTexts(facts.tenants),
        places: placesOf(facts.tenants),
      })),
    checkup: createCheckup(deps),
    // Entra shows the end of a client secret to administrators of the application only.
    credentialsExpire: async () => undefined,
  }
}
