/** Branded identifiers: a member is a person in our directory, an account is that person on a platform. They never mix. */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type ConnectionId = Branded<'ConnectionId'>
export type MemberId = Branded<'MemberId'>
export type GroupId = Branded<'GroupId'>
/** Who may stand in a group: a User, or a Group with everybody in it (RFC 7643 §4.2). Ids are unique over both. */
export type GroupMemberId = MemberId | GroupId
export type CommunityId = Branded<'CommunityId'>
/** A role's id in `rolecall.yaml`, unique within its community. */
export type RoleId = Branded<'RoleId'>
export type RuleId = Branded<'RuleId'>
/** The platform's own id of an account (Sekoia: avatar uuid). */
export type AccountId = Branded<'AccountId'>
/** The platform's own id of a role (Sekoia: role uuid; Netography: role id, though users hold roles by name). */
export type PlatformRoleId = Branded<'PlatformRoleId'>
/** ISO 8601 in UTC with milliseconds, so that instants sort as text. */
export type Instant = Branded<'Instant'>

export const connectionId = (value: string): ConnectionId => value as ConnectionId
export const memberId = (value: string): MemberId => value as MemberId
export const groupId = (value: string): GroupId => value as GroupId
export const communityId = (value: string): CommunityId => value as CommunityId
export const roleId = (value: string): RoleId => value as RoleId
export const ruleId = (value: string): RuleId => value as RuleId
export const accountId = (value: string): AccountId => value as AccountId
export const platformRoleId = (value: string): PlatformRoleId => value as PlatformRoleId
/** Milliseconds since the epoch → instant. */
export const instant = (milliseconds: number): Instant => new Date(milliseconds).toISOString() as Instant
export const milliseconds = (at: Instant): number => Date.parse(at)
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b)
/** Seconds, as durations are given everywhere inside; the configuration's `30d` is parsed at its edge. */
export const later = (at: Instant, seconds: number): Instant => instant(milliseconds(at) + seconds * 1000)

// Normalising sorts the marks behind a letter, in the square of their number. More than 30 (UAX #15, Stream-Safe Text Format) are nobody's name.
const tooManyMarks = /[\p{M}\uFF9E\uFF9F]{31}/u
// Marks begin there: by far the most texts need no closer look.
const mayHoldMarks = /[\u0300-\uFFFF]{31}/
const composed = (text: string): string =>
  mayHoldMarks.test(text) && tooManyMarks.test(text) ? text : text.normalize('NFKC')

/**
 * Letters as they are compared, blanks and all. A sigma's small form depends on its place in the word; names are compared letter by letter. Composed
 * again after the letters are small: what is folded twice, as keys are, is what is folded once.
 */
export const foldLetters = (text: string): string =>
  composed(composed(text).toLowerCase()).replaceAll('ς', 'σ')

// Small letters, digits and signs of ASCII are what they are folded to: nearly all that is compared has been folded before.
const isFolded = /^[!-@[-~]*$/

/** The one folding used for every comparison of userNames, e-mails, role and group names. */
export const fold = (value: string): string => (isFolded.test(value) ? value : foldLetters(value).trim())
