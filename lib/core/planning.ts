import type { Target } from './assignment.ts'
import type { Community } from './configuration.ts'
import { ConnectorError } from './errors.ts'
import type { AccountId, ConnectionId, Instant } from './ids.ts'
import type { Ownership, RoleOwnership } from './ownership.ts'
import type { Change, Plan, Problem, Unmanaged } from './plan.ts'
import { planMember } from './plan-accounts.ts'
import { inOrder } from './plan-order.ts'
import { planRoles } from './plan-roles.ts'
import { byText, isAdmin, join, personKey, type Scene, setScene } from './plan-scene.ts'
import { reachOf } from './reach.ts'
import { noticeWarnings, powerWarnings } from './role-power.ts'
import type { PlatformTraits, Snapshot } from './snapshot.ts'

export type PlanInput = {
  readonly community: Community
  /** Number of the configuration the targets were computed under. */
  readonly configuration: number
  readonly traits: PlatformTraits
  /** The e-mail domains each connection may speak for. */
  readonly domains: ReadonlyMap<ConnectionId, readonly string[]>
  readonly targets: readonly Target[]
  /** Of every target that has one. In a targeted plan also of whoever else owns an account with a target's e-mail. */
  readonly ownership: readonly Ownership[]
  readonly roleOwnership: readonly RoleOwnership[]
  readonly snapshot: Snapshot
  /** When reading targets and ownership began. */
  readonly directoryAt: Instant
  readonly now: Instant
  /**
   * `targeted`: only `targets` are planned, whoever else is in the snapshot. `community`: targets and ownership are all there are, so that
   * ownership without a target is a departure. Absent: as the snapshot's own scope.
   */
  readonly scope?: Plan['scope']
}

const departedTarget = (ownership: Ownership): Target => ({
  connection: ownership.connection,
  member: ownership.member,
  email: ownership.email,
  givenName: '',
  familyName: '',
  standing: 'departed',
  granted: [],
  suppressed: [],
})

const everybody = (input: PlanInput, scope: Plan['scope']): readonly Target[] => {
  const known = new Set(input.targets.map(personKey))
  const lost =
    scope === 'community'
      ? input.ownership.filter((one) => !known.has(personKey(one))).map(departedTarget)
      : []
  return [...input.targets, ...lost].toSorted(byText(personKey))
}

/** The accounts a change is about, and whose they are by it. */
const claimedBy = (change: Change): readonly (readonly [AccountId, string])[] => {
  if (!('subject' in change)) return []
  const accounts = change.kind === 'invite' ? [change.replaces, change.follows] : [change.subject.account]
  return accounts.flatMap((id) => (id === undefined ? [] : [[id, personKey(change.subject)] as const]))
}

/** What is on the platform and not ours, not even by this plan: reported, never changed. */
const unmanagedIn = (
  scene: Scene,
  owned: ReadonlyMap<string, Ownership>,
  changes: readonly Change[],
): readonly Unmanaged[] => {
  const claimed = new Map(changes.flatMap(claimedBy))
  return scene.snapshot.accounts.toSorted(byText(({ id }) => id)).flatMap((account): Unmanaged[] => {
    const person = claimed.get(account.id)
    // What we began to invite is recorded by its person until the account is.
    const owner = scene.owners.get(account.id) ?? owned.get(person ?? '')
    if (owner === undefined && person === undefined)
      return [
        {
          kind: 'account',
          account: account.id,
          ...(account.email === undefined ? {} : { email: account.email }),
          admin: isAdmin(scene, account),
          ...(account.service ? { service: true } : {}),
        },
      ]
    // What service accounts hold is theirs, and of an account about to go nothing is anybody's.
    if (account.service || owner?.former === account.id) return []
    const ours = new Set((owner?.grants ?? []).map(({ platformRole }) => platformRole))
    return account.roles
      .filter((role) => !ours.has(role))
      .toSorted()
      .map((role) => {
        const roleName = scene.roles.get(role)?.name ?? role
        return { kind: 'grant', account: account.id, platformRole: role, roleName }
      })
  })
}

/** What is in the way of many people is one problem. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((one) => [JSON.stringify(one), one])).values(),
]

/**
 * The difference between what should be and what is, in the order in which it is to be applied. Pure: the same input gives the same plan,
 * however targets, ownership and accounts are ordered. From an incomplete snapshot nothing is concluded about what it does not show.
 */
export const planChanges = (input: PlanInput): Plan => {
  const { community, snapshot, targets, ownership, traits, domains, now } = input
  const scope = input.scope ?? snapshot.scope
  if (scope === 'community' && snapshot.scope !== 'community')
    throw new ConnectorError(
      'internal',
      'a plan for the whole community needs a snapshot of the whole community',
    )
  const roles = planRoles({ community, traits, roleOwnership: input.roleOwnership, snapshot })
  const people = everybody(input, scope)
  const scene = setScene({
    community,
    traits,
    domains,
    snapshot,
    now,
    states: roles.states,
    managed: roles.managed,
    targets,
    ownership,
  })
  const owned = new Map(ownership.map((one) => [personKey(one), one]))
  const parts = join(people.map((target) => planMember(scene, target, owned.get(personKey(target)))))
  const changes = inOrder([...roles.changes, ...parts.changes])
  const power = { traits, snapshot, states: roles.states }
  const reach = reachOf({ ...power, community, changes })
  const inheritsFrom = traits.inherited === undefined ? undefined : community.parent
  return {
    community: community.id,
    scope,
    configuration: input.configuration,
    directoryAt: input.directoryAt,
    snapshotAt: snapshot.takenAt,
    changes,
    unmanaged: scope === 'community' ? unmanagedIn(scene, owned, changes) : [],
    problems: distinct([...roles.problems, ...parts.problems]),
    drift: [...roles.drift, ...parts.drift],
    warnings:
      scope === 'community'
        ? [...roles.warnings, ...powerWarnings(community.roles, power), ...noticeWarnings(snapshot)]
        : [],
    ...(reach === undefined ? {} : { reach }),
    ...(inheritsFrom === undefined ? {} : { inheritsFrom }),
  }
}
