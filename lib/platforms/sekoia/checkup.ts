import type { Check } from '../../core/checkup.ts'
import type { Community } from '../../core/configuration.ts'
import { isConnectorError } from '../../core/errors.ts'
import { type Instant, milliseconds } from '../../core/ids.ts'
import { compareWith } from './api-description.ts'
import { callsOf } from './calls.ts'
import type { Dialect } from './dialect.ts'
import type { Family } from './family.ts'
import { type Expiry, type OwnKey, readKeys } from './own-key.ts'
import { isMain, rightsChecks } from './rights.ts'
import type { CommunityShape } from './shapes.ts'

export type CheckupDeps = {
  readonly community: Community
  readonly dialect: Dialect
  readonly ownKey: OwnKey
  readonly family: Family
  /** Checks of the configured roles against what the platform holds. */
  readonly roles: () => Promise<readonly Check[]>
  /** The API's own description, and where it is. */
  readonly description: { readonly url: string; readonly read: () => Promise<unknown> }
  readonly now: () => Instant
}

const day = 24 * 3600 * 1000
/** Days before the end of our key from which its renewal is due. */
const soon = 30

/** A check that cannot be made says so, and the others go on. */
const tried = async (
  subject: string,
  remedy: string,
  check: () => Promise<readonly Check[]>,
  worst: 'warning' | 'problem' = 'problem',
): Promise<readonly Check[]> => {
  try {
    return await check()
  } catch (error) {
    if (!isConnectorError(error)) throw error
    const passing = ['platformThrottled', 'platformUnavailable', 'outOfTime'].includes(error.code)
    return [{ subject, state: passing ? 'warning' : worst, found: error.message, remedy }]
  }
}

const familyChecks = (configured: Community, seen: CommunityShape): readonly Check[] => {
  const subject = 'main community'
  const above = seen.parent_community_uuid ?? undefined
  if (above === undefined && configured.parent !== undefined)
    return [
      {
        subject,
        state: 'problem',
        found: `the configuration names "${configured.parent}" as parent, and the platform none`,
        remedy: 'remove `parent`, or correct `tenant`',
      },
    ]
  if (above !== undefined && configured.parent === undefined)
    return [
      {
        subject,
        state: 'warning',
        found: `${above} manages this community: its members have their roles here, too`,
        remedy: 'name it as `parent` when it is configured here; else who is in it is beyond our sight',
      },
    ]
  return above === undefined
    ? []
    : [{ subject, state: 'ok', found: `${above}; "${configured.parent}" must have it as its tenant` }]
}

const policyChecks = (seen: CommunityShape): readonly Check[] =>
  seen.disable_inactive_avatars === true
    ? [
        {
          subject: 'inactive members',
          state: 'warning',
          found:
            'the community disables who was idle for 90 days, and again who is enabled and does not log in that day',
          remedy:
            'nothing: such members are reported and never enabled by us; they have to ask an administrator',
        },
      ]
    : []

const childrenChecks = async (family: Family): Promise<readonly Check[]> => {
  const children = await family.children()
  const [first] = children
  if (first === undefined) return []
  const names = children.slice(0, 5).map(({ name }) => name)
  const list = `${names.join(', ')}${children.length > names.length ? ' …' : ''}`
  const found = `manages ${children.length}: ${list}`
  return (await family.mayRead(first))
    ? [{ subject: 'sub-communities', state: 'ok', found }]
    : [
        {
          subject: 'sub-communities',
          state: 'warning',
          found: `${found}; our key may not read "${first.name}"`,
          remedy:
            'after a suspension it stays unknown whether the person still gets in there; use a key that may read them',
        },
      ]
}

const expiryCheck = (expiry: Expiry, now: Instant): Check => {
  const subject = 'key expiry'
  switch (expiry.kind) {
    case 'never':
      return { subject, state: 'ok', found: 'the key does not expire' }
    case 'untold':
      return {
        subject,
        state: 'warning',
        found: 'when the key expires cannot be seen, and no alarm will tell',
        remedy:
          expiry.why === 'forbidden'
            ? `give the key ${readKeys}`
            : 'note the day yourself: none of the listed keys is certainly ours',
      }
    case 'at': {
      const days = Math.floor((milliseconds(expiry.at) - milliseconds(now)) / day)
      const found = `the key expires on ${expiry.at.slice(0, 10)}, in ${days} days`
      return days > soon
        ? { subject, state: 'ok', found }
        : {
            subject,
            state: 'warning',
            found,
            remedy: 'make a new key and store it where `credentials` points to',
          }
    }
  }
}

const descriptionChecks = async ({ description, dialect }: CheckupDeps): Promise<readonly Check[]> => {
  const subject = 'API description'
  const { compared, findings, untold } = compareWith(await description.read(), callsOf(dialect))
  if (compared === 0)
    return [
      {
        subject,
        state: 'warning',
        found: `${description.url} describes none of our calls`,
        remedy: 'set dialect.descriptionUrl to where the API is described',
      },
    ]
  if (findings.length === 0) {
    const but = untold.length === 0 ? '' : `; of the bodies of ${untold.length} it says nothing`
    return [{ subject, state: 'ok', found: `${compared} calls are as described${but}` }]
  }
  return findings.map((found) => ({
    subject,
    state: 'problem',
    found,
    remedy: 'correct `dialect`; where no setting fits, stay with `mode: report` and tell us',
  }))
}

/** For `doctor`: reads only, ten or so requests, and no request that our rights say would be refused. */
export const createCheckup = (deps: CheckupDeps) => async (): Promise<readonly Check[]> => {
  const { community, ownKey, family } = deps
  const subject = 'credentials'
  const known = await tried(subject, 'check `credentials` and `baseUrl`', async () => {
    await ownKey.caller()
    return [{ subject, state: 'ok', found: 'the key is taken' }]
  })
  // Whatever the reason, nothing more can be known.
  if (known.some(({ state }) => state !== 'ok')) return known.map((check) => ({ ...check, state: 'problem' }))

  let rights: readonly string[] | undefined
  let seen: CommunityShape | undefined
  const place = await tried('community', 'check `tenant`: a key is heard only in its community', async () => {
    seen = await family.community()
    return [{ subject: 'community', state: 'ok', found: seen.name ?? community.tenant }]
  })
  if (seen === undefined) return [...known, ...place]
  const here: CommunityShape = seen
  const allowed = await tried('rights', 'compare the key with the documentation by hand', async () => {
    rights = await ownKey.permissions()
    return rightsChecks(community, here, rights)
  })
  const may = (name: string): boolean => rights?.includes(name) ?? true
  return [
    ...known,
    ...place,
    ...allowed,
    ...familyChecks(community, here),
    ...(isMain(here) && may('COMMUNITY_MANAGE_SUB_COMMUNITIES') && may('COMMUNITY_LIST_MEMBER')
      ? await tried('sub-communities', 'try again later', () => childrenChecks(family))
      : []),
    ...policyChecks(here),
    ...(await tried('key expiry', 'note the day yourself', async () => [
      expiryCheck(await ownKey.expiry(), deps.now()),
    ])),
    ...(may('COMMUNITY_READ_ROLE') ? await tried('roles', 'try again later', deps.roles) : []),
    ...(await tried(
      'API description',
      'set dialect.descriptionUrl to where the API is described',
      () => descriptionChecks(deps),
      'warning',
    )),
  ]
}
