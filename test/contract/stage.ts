import type { Community, PlatformName, RoleDefinition } from '../../lib/core/configuration.ts'
import type { ErrorCode } from '../../lib/core/errors.ts'
import type { AccountId } from '../../lib/core/ids.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { Account, PlatformTraits } from '../../lib/core/snapshot.ts'
import type { TestClock } from '../platforms/clock.ts'
import type { Hand } from './hand.ts'
import type { Switch } from './pairs.ts'

/** What a harness brings: one simulated platform behind its adapter, and a hand on the platform past the adapter. */
export type Truth = {
  /** `disabled`: suspended in the platform's way, and whatever it is held by (a fallback role) is not among `roles`. */
  readonly status: Account['status']
  /** Names, sorted, as `shown` writes them. */
  readonly roles: readonly string[]
}

/** A role's name as truths show it: with its scope, where the role has one. */
export const shown = ({ name, scope }: Pick<RoleDefinition, 'name' | 'scope'>): string =>
  scope === undefined ? name : `${name} (${scope})`

export type Trouble =
  /** 429 to readings. */
  | 'throttled'
  /** 429 with the date two minutes from now in Retry-After. */
  | 'throttledWithDate'
  /** 500 to everything. */
  | 'unavailable'
  /** The first page, or the first of the lists a snapshot needs, comes; then 503. */
  | 'outageMidway'
  | 'hang'
  /** The first write hangs and is not carried out. */
  | 'hangOnWrite'
  /** A list with half of its items that says its true count. */
  | 'halfList'
  /** Somebody is added between two pages. */
  | 'movingList'
  /** One leaves and another comes between two pages, so that the total stays. */
  | 'exchangedWhilePaged'
  /** A web page with status 200. */
  | 'html'

/** What differs from platform to platform beyond its traits. */
export type Profile = {
  /** Whether a new person gets a mail. Without invitations (`traits.invitationLifetime`) an account works at once. */
  readonly mails: boolean
  /** Whether somebody may be known to the platform before they have an account here. */
  readonly knowsPeople: boolean
  /** An account list in pages, in one piece, or in one piece that ends at a number without saying so. */
  readonly list: { readonly kind: 'paged' | 'whole' } | { readonly kind: 'capped'; readonly cap: number }
  /** Seconds the adapter leaves the platform alone after a 429 that names no time. */
  readonly throttlePause: number
  /** A permission name that is well formed and does not exist. */
  readonly unknownPermission: string
  /** Troubles no client of this platform could notice, and why. */
  readonly unnoticed: Partial<Readonly<Record<Trouble, string>>>
  /** How it answers somebody with a key for another tenant. */
  readonly foreignTenant: ErrorCode
  /** What it refuses by itself to its last administrator: removal, or suspension as well. */
  readonly keepsLastAdmin: 'never' | 'fromRemoval' | 'always'
}

export type Stage = {
  readonly platform: Platform
  /** The same community with another tenant's id, with revoked credentials, or with a tenth of a second per exchange. */
  readonly opened: (as: 'foreignTenant' | 'revoked' | 'impatient') => Promise<Platform>
  readonly community: Community
  /** What the community's `credentials` stand for, and the clock platform and adapter go by: for journeys, which open it themselves. */
  readonly secret: string
  readonly clock: TestClock
  /** Address and account of the only administrator, made by hand. */
  readonly owner: { readonly email: string; readonly account: AccountId }
  /** What the platform holds of a person, past the adapter. */
  readonly truth: (email: string) => Truth | undefined
  /** Accounts as the adapter should list them, service accounts included. */
  readonly members: () => number
  readonly mailsTo: (email: string) => number
  /** Requests that change something, tokens not among them. */
  readonly writes: () => number
  /** The person follows the mailed link; nothing where nobody is invited. */
  readonly accept: (email: string) => void
  /** The platform knows the person from elsewhere; nothing where it cannot. */
  readonly known: (email: string) => void
  /** So many more accounts, made by hand. */
  readonly crowd: (count: number) => void
  /** An account made by hand, with one role that exists; a second one of the same address, in another case, where the platform allows it. */
  readonly byHand: (email: string, role: RoleDefinition) => void
  /** Roles of a person exactly so, by hand: roles that exist on the platform. */
  readonly rolesByHand: (email: string, roles: readonly RoleDefinition[]) => void
  /** A second account under the same address, in capitals. False: the platform does not let that happen. */
  readonly twin: (email: string) => boolean
  readonly advance: (seconds: number) => void
  /** `times` 0 ends whatever trouble there is. */
  readonly trouble: (kind: Trouble, times: number) => void
  /** The next write is carried out and its answer lost. */
  readonly loseNextAnswer: () => void
  /** So many writes pass, then the platform is out of order until `trouble(…, 0)`. */
  readonly outageAfter: (writes: number) => void
  readonly pauses: () => readonly number[]
  readonly close: () => Promise<void>
}

/** Roles of the harness's community by what the suite needs them for. */
export type HarnessRoles = {
  /** Two that every such platform has: without and with the power of an administrator. */
  readonly low: RoleDefinition
  readonly high: RoleDefinition
  /** Managed custom roles; a person may hold both where accounts may hold several. */
  readonly teams: readonly [RoleDefinition, RoleDefinition]
  /** The platform's own narrow kind, with contents: restricted to an intake, or custom in one tenant, or else plainly custom. */
  readonly narrow: RoleDefinition
  /** Where suspensions are a role (`traits.suspension`): the community's fallback role. */
  readonly fallback?: RoleDefinition
}

export type PlatformHarness<Switches> = {
  readonly name: string
  readonly platform: PlatformName
  readonly switches: readonly Switch<Switches>[]
  /** Names of switches whose values are different platforms to whoever stands above the adapter: journeys are made on each of them, too. */
  readonly decisive?: readonly string[]
  /** The simulator with these switches, and the community with this dialect. */
  readonly start: (switches: Partial<Switches>, dialect: Readonly<Record<string, string>>) => Promise<Stage>
  readonly profile: (switches: Partial<Switches>) => Profile
  readonly roles: HarnessRoles
}

export const person = 'ada.lovelace@acme.example'

/** What each theme of the suite is handed; `stage` and `hand` are of the test that runs. */
export type Context = {
  readonly traits: PlatformTraits
  readonly profile: Profile
  readonly roles: HarnessRoles
  readonly stage: () => Stage
  readonly hand: () => Hand
}
