import { builtinRoles } from '../../../infra/local/simulators/sekoia/demo.ts'
import {
  accountId,
  groupId,
  instant,
  memberId,
  platformRoleId,
  roleId,
  ruleId,
} from '../../../lib/core/ids.ts'
import type { Ownership } from '../../../lib/core/ownership.ts'
import { groupItem } from '../../../lib/store/group-items.ts'
import {
  accountGuard,
  groupCounterKey,
  groupToMember,
  memberToGroup,
  outcomesCheckedKey,
  ownedCountKey,
  ownershipKey,
  ownershipPointerKey,
  prefixOf,
  totalKey,
} from '../../../lib/store/keys.ts'
import { memberItem } from '../../../lib/store/member-items.ts'
import { withRecord } from '../../../lib/store/records.ts'
import { demo, soc } from '../../provisioning/bench.ts'
import { idOf, person } from '../scim/people.ts'
import type { Row } from '../scim/rows.ts'

/** A community in which everything is as it should be: everybody is in one group, has an account of ours, and holds what the group gives. */
export const groupName = 'SOC-Analysts'
export const crowdGroup = groupId(idOf('group', 0))
export const analystRole = platformRoleId(builtinRoles.analyst)
const since = instant(Date.UTC(2026, 1, 1, 8))

/** Sorted by their number. */
export const accountIdOf = (n: number) => accountId(`a0000000-0000-4000-8000-${String(n).padStart(12, '0')}`)

const row = (item: object): Row => item as Row

const ownershipOf = (n: number): Ownership => ({
  community: soc,
  connection: demo,
  member: memberId(idOf('user', n)),
  account: accountIdOf(n),
  email: person(n).userName,
  origin: 'created',
  since,
  grants: [
    {
      role: roleId('analyst'),
      platformRole: analystRole,
      because: [
        {
          rule: ruleId('analysts'),
          source: 'scim',
          evidence: [{ kind: 'group', id: crowdGroup, displayName: groupName }],
          configuration: 1,
        },
      ],
      since,
    },
  ],
  touchedAt: since,
  version: 1,
})

function* totalsOf(kind: 'U' | 'G', ids: readonly string[]): Iterable<Row> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(prefixOf(id), (counts.get(prefixOf(id)) ?? 0) + 1)
  for (const [prefix, n] of counts) yield row({ ...totalKey(demo, kind, prefix), n })
}

/** What stands the other way round, and is read where somebody is looked at alone. */
export function* rowsBehind(members: number): Iterable<Row> {
  for (let n = 0; n < members; n += 1) {
    const id = memberId(idOf('user', n))
    yield row({ ...memberToGroup(demo, crowdGroup, id), incarnation: 1, at: since, requestId: 'seed' })
    yield row(ownershipPointerKey(demo, id, soc))
    yield row({ ...accountGuard(soc, accountIdOf(n)), connection: demo, member: id })
  }
}

/** What a reconciliation reads, as our store writes it. The guards and look-ups beside it are left out, for nothing asks for them. */
export function* settledRows(members: number): Iterable<Row> {
  const life = { version: 1, created: since, lastModified: since }
  const ids: string[] = []
  for (let n = 0; n < members; n += 1) {
    const id = memberId(idOf('user', n))
    ids.push(id)
    yield row(memberItem({ connection: demo, id, ...person(n), ...life, incarnation: 1 }, id))
    yield row({ ...groupToMember(demo, crowdGroup, id), incarnation: 1, at: since, requestId: 'seed' })
    const owned = ownershipOf(n)
    yield row({ ...withRecord(ownershipKey(soc, demo, id), owned), version: owned.version })
  }
  yield* totalsOf('U', ids)
  yield row(groupItem({ connection: demo, id: crowdGroup, displayName: groupName, attributes: {}, ...life }))
  yield row({ ...groupCounterKey(demo, crowdGroup, 0), version: 1, n: members, at: since })
  yield* totalsOf('G', [crowdGroup])
  yield row({ ...ownedCountKey(soc), n: members })
  // The look before this one left every outcome right; nothing reads them again.
  yield row(withRecord(outcomesCheckedKey(soc), { configuration: 1, at: instant(Date.UTC(2026, 1, 2, 8)) }))
}
