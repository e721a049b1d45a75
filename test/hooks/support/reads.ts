import { systemClock as clock } from '../../../lib/config/clock.ts'
import { parseConfiguration } from '../../../lib/config/parse.ts'
import { createPatterns } from '../../../lib/config/patterns.ts'
import type { Community } from '../../../lib/core/configuration.ts'
import type { Member } from '../../../lib/core/member.ts'
import { platformTraits } from '../../../lib/platforms/traits.ts'
import { acceptLogin } from '../../../lib/provisioning/login-accept.ts'
import { createLoginStore } from '../../../lib/store/logins.ts'
import { createOwnershipStore } from '../../../lib/store/ownership.ts'
import type { HookStage } from './stage.ts'

export const parsed = (text: string) => ({
  ...parseConfiguration(text, { local: true, traits: platformTraits }).configuration,
  number: 1,
})

/** What the endpoint for assertions and the reconciler read with, over the same table and configuration. */
export const readsOver = ({ table, directory }: HookStage, text: string) => {
  const configuration = parsed(text)
  return {
    clock,
    random: Math.random,
    patterns: createPatterns(),
    configuration: async () => configuration,
    platforms: { traits: ({ platform }: Pick<Community, 'platform'>) => platformTraits(platform) },
    directory,
    logins: createLoginStore(table),
    ownership: createOwnershipStore(table),
  }
}

/** A login at the endpoint for assertions that knew the member by address, and linked this identity. */
export const linkedBySaml = async (
  reads: ReturnType<typeof readsOver>,
  { connection, userName }: Member,
  identity: string,
): Promise<void> => {
  const at = clock.now()
  const stamp = { connection, actor: { kind: 'login', by: 'saml' }, requestId: 'r', at } as const
  const statement = { at, groups: { kind: 'absent' }, attributes: {} } as const
  const linked = await acceptLogin(reads, stamp, { identity, externalIds: [], email: userName, statement })
  if (linked.kind !== 'in') throw new Error(linked.code)
}
