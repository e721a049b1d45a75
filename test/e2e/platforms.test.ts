import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoObjectId } from '../../infra/local/simulators/immybot/demo.ts'
import { openTown, quiet, type Town, until } from './town.ts'

// The demo's three platforms behind one SCIM endpoint, served by the handlers of the stack.
const people = {
  pascal: 'Paris-Field',
  paula: 'Paris-Field',
  nora: 'Net-Operators',
  rita: 'Net-Readers',
  tim: 'IT-Technicians',
} as const
type Name = keyof typeof people

const nobody = { sekoia: 'nobody', netography: 'nobody', immybot: 'nobody' }
const atWork: Readonly<Record<Name, object>> = {
  pascal: {
    sekoia: 'enabled: Paris field',
    netography: 'enabled: paris_field',
    immybot: 'enabled: Paris field in Paris',
  },
  paula: {
    sekoia: 'enabled: Paris field',
    netography: 'enabled: paris_field',
    immybot: 'enabled: Paris field in Paris',
  },
  nora: { ...nobody, netography: 'enabled: operational_manager' },
  rita: { ...nobody, netography: 'enabled: readonly' },
  tim: { ...nobody, immybot: 'enabled: Paris technician in Paris' },
}
const gone = { sekoia: 'disabled: Paris field', netography: 'nobody', immybot: 'expiring: no role' }

describe('one directory, three platforms', () => {
  let town: Town
  const ids = new Map<Name, string>()
  const groups = new Map<string, string>()
  const email = (name: Name): string => `${name}@demo.test`
  const standing = (name: Name) => () => town.platform.everywhere(email(name))
  const idOf = (name: Name): string => ids.get(name) ?? ''

  beforeAll(async () => {
    // The example, at the pace of a test.
    const configuration = readFileSync('rolecall.yaml', 'utf8').replaceAll(
      / {4}platform: /g,
      '    requestsPerSecond: 50\n$&',
    )
    town = await openTown({ configuration })
    for (const name of Object.keys(people) as readonly Name[]) {
      // Known to Sekoia.io: in at once, so that leaving is a suspension and not a withdrawn invitation.
      await town.platform.byHand({ kind: 'knownUser', email: email(name) })
      const externalId = name === 'pascal' ? demoObjectId(30) : `entra-${name}`
      ids.set(name, (await town.idp.createUser(email(name), { externalId })).id)
    }
    for (const group of new Set(Object.values(people))) {
      const members = (Object.keys(people) as readonly Name[]).filter((name) => people[name] === group)
      groups.set(group, (await town.idp.createGroup(group, members.map(idOf))).id)
    }
  })
  afterAll(() => town.close())

  it.each(Object.keys(people) as readonly Name[])(
    '%s has the roles of the group, and no other',
    async (name) => {
      await until(standing(name), atWork[name])
    },
  )

  it('who is deactivated loses all three; whoever is in the same group keeps them', async () => {
    expect((await town.idp.setActive(idOf('pascal'), false)).status).toBe(200)
    await until(standing('pascal'), gone)
    await quiet(town.house)
    expect(await standing('paula')()).toEqual(atWork.paula)
  })

  it('a reconciliation keeps it so', async () => {
    await town.house.schedule('reconcile')
    await quiet(town.house)
    expect(await standing('pascal')()).toEqual(gone)
    expect(await standing('tim')()).toEqual(atWork.tim)
  })

  it('who is reactivated has all three back', async () => {
    expect((await town.idp.setActive(idOf('pascal'), true)).status).toBe(200)
    await until(standing('pascal'), atWork.pascal)
  })

  it('who moves from one group to another changes roles on the platform concerned', async () => {
    const [from, to] = [groups.get('Net-Readers') ?? '', groups.get('Net-Operators') ?? '']
    expect((await town.idp.addMember(to, idOf('rita'))).status).toBe(204)
    expect((await town.idp.removeMember(from, idOf('rita'))).status).toBe(204)
    await until(standing('rita'), atWork.nora)
  })

  it('who leaves the group of three platforms loses all three, though active', async () => {
    expect((await town.idp.removeMember(groups.get('Paris-Field') ?? '', idOf('paula'))).status).toBe(204)
    await until(standing('paula'), gone)
  })
})
