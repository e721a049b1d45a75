import type { CommunityId, Instant } from '../ids.ts'

/** While the platform of a community cannot be read or written, everything there waits: since when, and why. */
export type Pause = {
  readonly community: CommunityId
  /** Of the first try that failed. */
  readonly since: Instant
  /** Of the latest. */
  readonly at: Instant
  /** Of the error. */
  readonly code: string
  /** Its sentence: without secrets and personal values, as all of them. */
  readonly detail: string
}
export type PauseStore = {
  readonly pause: (community: CommunityId) => Promise<Pause | undefined>
  /** One write; `since` stays that of the first. */
  readonly notePause: (pause: Omit<Pause, 'since'>) => Promise<void>
  /** One read, and a write only where a pause ends. */
  readonly endPause: (community: CommunityId) => Promise<void>
}
