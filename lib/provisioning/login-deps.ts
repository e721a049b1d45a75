import type { DirectoryReads, DirectoryWrites } from '../core/ports/directory.ts'
import type { LoginStore } from '../core/ports/logins.ts'
import type { AccessDeps } from './access.ts'
import type { Provisioning } from './deps.ts'

/** What stands between a login and the roles it gives. */
export type SignInDeps = AccessDeps & {
  readonly directory: DirectoryReads & Pick<DirectoryWrites, 'createMember'>
  readonly logins: LoginStore
  readonly work: Pick<Provisioning['work'], 'add' | 'overdue'>
} & Pick<Provisioning, 'wakeUps' | 'log' | 'random'>
