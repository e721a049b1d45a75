import type { Check } from '../checkup.ts'
import type { Community } from '../configuration.ts'
import type { AccountId, Instant } from '../ids.ts'
import type { Change } from '../plan.ts'
import type { Account, Catalogue, PlatformRole, PlatformTraits, Snapshot } from '../snapshot.ts'

/** One community on its platform, and the pace at which it may be called. */

/** How far an interrupted reading of a platform's list came, in the adapter's own form: JSON, without secrets. */
export type ReadingState = { readonly begunAt: Instant; readonly data: unknown }
/** A long list is read page by page; in between the worker may turn to something urgent, or stop and go on in another run. */
export type Reading = {
  readonly from?: ReadingState
  /** After each page. Throwing ends the reading; whatever it needs of `state` it keeps before. */
  readonly page: (
    state: () => ReadingState,
    progress: { readonly read: number; readonly total?: number },
  ) => Promise<void>
}

/** What a change did, as read back from the platform. */
export type Applied =
  | { readonly kind: 'role'; readonly role: PlatformRole }
  | {
      readonly kind: 'account'
      readonly account: Account
      /** After a suspension or removal: names of communities below this one in which the person can still get in. */
      readonly remains?: readonly string[]
    }
  /** Removed, or nothing to do on the platform. */
  | { readonly kind: 'gone'; readonly remains?: readonly string[] }

/**
 * One community on its platform. The adapter neither knows where wishes come from nor works out a difference. Each method reads back what it
 * wrote and throws `platformDisagrees` when the platform shows otherwise.
 */
export type Platform = {
  readonly traits: PlatformTraits
  /** The whole community. An account list that is not certainly whole throws `platformUnreadable`. */
  readonly snapshot: (reading?: Reading) => Promise<Snapshot>
  /** Just these accounts (a vanished one is absent), and the roles. */
  readonly accounts: (ids: readonly AccountId[]) => Promise<Snapshot>
  /** `roles`: the platform's role ids by the configuration's role id, as known after the changes before this one. */
  readonly apply: (change: Change, roles: ReadonlyMap<string, PlatformRole>) => Promise<Applied>
  readonly catalogue: () => Promise<Catalogue>
  /** For `doctor`: credentials, rights, catalogue, API description. Reads only. A check that cannot be made says so; it throws for nothing. */
  readonly checkup: () => Promise<readonly Check[]>
  /** When our own credentials end; undefined when the platform does not say. */
  readonly credentialsExpire: () => Promise<Instant | undefined>
}
export type Platforms = {
  readonly traits: (community: Community) => PlatformTraits
  /**
   * Opens the community with its credentials; cached by the implementation. `beforeCall` is asked after every wait and right before each request
   * leaves: it throws when the worker has no right to call any more.
   */
  readonly open: (community: Community, beforeCall?: () => Promise<void>) => Promise<Platform>
}

/** Permits for platform calls, leased from the table in small chunks and shared by all workers behind one egress address. */
export type Pace = {
  /** Waits until a call to this base URL is allowed. Throws `outOfTime` when that would be after `deadline`. */
  readonly permit: (baseUrl: string, perSecond: number, deadline: Instant) => Promise<void>
  /** A platform asked for a pause: nobody behind this egress calls before. */
  readonly pause: (baseUrl: string, until: Instant) => Promise<void>
}
