import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, type GroupId, type MemberId, memberId } from '../../lib/core/ids.ts'
import type { Group } from '../../lib/core/member.ts'
import { createScimService } from '../../lib/scim/service.ts'
import { createCredential } from '../../lib/scim/tokens.ts'
import { inParallel } from '../../lib/store/batches.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { groupCounterKey, groupToMember, memberToGroup, userNameGuard } from '../../lib/store/keys.ts'
import { memberItem } from '../../lib/store/member-items.ts'
import type { Item } from '../../lib/store/table-client.ts'
import { acme, ids, openWorld, person, type World, written, writtenGroup } from './directory-world.ts'

const engine = process.env.DYNAMODB_ENDPOINT
/** The embedded engine's figures leave indexes out: only Amazon's own engine can answer (scripts/dynamodb-local.sh). */
describe.runIf(engine !== undefined)(
  "consumed capacity (read on Amazon's engine, named by DYNAMODB_ENDPOINT)",
  () => {
    let world: World
    beforeAll(async () => {
      world = await openWorld()
    })
    afterAll(() => world.close())

    const seed = (items: readonly Item[]) => {
      const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, n) =>
        items.slice(n * 25, n * 25 + 25),
      )
      return inParallel(batches, 8, (batch) =>
        world.client.send(
          new BatchWriteCommand({
            RequestItems: { [world.name]: batch.map((item) => ({ PutRequest: { Item: item } })) },
          }),
        ),
      )
    }

    const groupOf = async (size: number): Promise<Group> => {
      const { directory, stamp } = world
      const group = writtenGroup(
        await directory.createGroup(stamp(), { displayName: `size`, attributes: {} }, []),
      )
      const rows = Array.from({ length: size }, (): Item[] => {
        const id: MemberId = memberId(ids.uuid())
        const fields = { incarnation: 1, at: stamp().at, requestId: ids.ordered() }
        return [
          { ...groupToMember(acme, group.id, id), ...fields },
          { ...memberToGroup(acme, group.id, id), ...fields },
        ]
      })
      // All shards at once, so that it does not matter which one a change takes.
      const counters = Array.from({ length: 16 }, (_, shard) => ({
        ...groupCounterKey(acme, group.id, shard),
        version: 1,
        n: Math.floor(size / 16),
        at: stamp().at,
      }))
      await seed([...rows.flat(), ...counters])
      return group
    }

    /** Whole requests as an identity provider sends them: credential, group, counters, member and rows are all read and counted. */
    const costs = async (group: GroupId, name: string) => {
      const { directory, stamp, costOf, clock, table } = world
      const member = written(await directory.createMember(stamp(), person(name)))
      const credentials = createCredentialStore(table)
      const at = clock.now()
      const { token, credential } = createCredential({
        connection: acme,
        scope: 'scim',
        label: 'capacity',
        createdBy: 'test',
        at,
      })
      // Used today already: the day's mark is not part of a membership's price.
      await credentials.saveCredential({ ...credential, lastUsed: at.slice(0, 10) })
      const scim = createScimService({ directory, credentials, clock })
      const patch = (...Operations: readonly object[]) =>
        costOf(async () => {
          const { status } = await scim({
            connection: acme,
            baseUrl: 'https://scim.example.test/acme/scim/v2',
            method: 'PATCH',
            path: `/Groups/${group}`,
            query: new URLSearchParams(),
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
            body: Buffer.from(
              JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }),
            ),
            requestId: ids.ordered(),
          })
          expect(status).toBe(204)
        })
      const add = { op: 'add', path: 'members', value: [{ value: member.id }] }
      const inner = writtenGroup(
        await directory.createGroup(stamp(), { displayName: name, attributes: {} }, []),
      )
      const nest = { op: 'add', path: 'members', value: [{ value: inner.id, type: 'Group' }] }
      return {
        add: await patch(add),
        duplicate: await patch(add),
        remove: await patch({ op: 'remove', path: `members[value eq "${member.id}"]` }),
        nest: await patch(nest),
        nestAgain: await patch(nest),
        unnest: await patch({ op: 'remove', path: `members[value eq "${inner.id}"]` }),
        renameAndAdd: await patch({ op: 'replace', value: { id: group, displayName: 'other' } }, add),
      }
    }

    it('of adding, adding again, removing, the same of a group, and renaming with adding does not depend on the size of the group', async () => {
      const small = await costs((await groupOf(10)).id, 'p1')
      const large = await costs((await groupOf(10_000)).id, 'p2')
      expect(small.add).toBeGreaterThan(0)
      expect(large).toEqual(small)
      expect(small.duplicate).toBeLessThan(small.add)
      expect(small.nestAgain).toBeLessThan(small.nest)
    }, 300_000)

    it('of a look-up by userName does not depend on the size of the directory', async () => {
      const { directory, stamp, costOf } = world
      const measured = async (size: number): Promise<number> => {
        const c = connectionId(`d${String(size).padStart(6, '0')}`)
        const people = Array.from({ length: size }, (_, n): Item[] => {
          const [id, at] = [memberId(ids.uuid()), stamp().at]
          const draft = person(`u${String(n).padStart(6, '0')}`)
          const life = { version: 1, incarnation: 1, created: at, lastModified: at }
          const member = { connection: c, id, ...draft, ...life }
          return [memberItem(member, ids.uuid()), { ...userNameGuard(c, draft.userName), id }]
        })
        await seed(people.flat())
        const found = { size: 0 }
        const cost = await costOf(async () => {
          const members = await directory.findMembers(c, { by: 'userName', value: 'U000042@acme.example' })
          found.size = members.length
        })
        expect(found.size).toBe(1)
        return cost
      }
      expect(await measured(20_000)).toBe(await measured(100))
    }, 600_000)
  },
)
