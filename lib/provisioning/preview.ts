import type { Configuration, Safety } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { Plan } from '../core/plan.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Provisioning } from './deps.ts'
import { type LookDeps, lookAtAll } from './look.ts'
import { createSnapshots } from './snapshots.ts'
import { type Told, tellingDirectory, tellingPlatform } from './told.ts'

export type Preview = { readonly plan: Plan; readonly verdict: Verdict }

export type PreviewDeps = LookDeps & Pick<Provisioning, 'configuration'> & { readonly told?: Told }

/**
 * What a reconciliation of the community would do now, under this configuration or one not pushed yet: the same look, plan and verdict,
 * and nothing of it is stored or applied. `limits`: judged by these instead of the community's own.
 */
export const previewPlan = async (
  deps: PreviewDeps,
  id: CommunityId,
  candidate?: Configuration,
  limits?: Safety,
): Promise<Preview> => {
  const configuration = candidate ?? (await deps.configuration())
  const community = configuration.communities.find((one) => one.id === id)
  if (community === undefined)
    throw new ConnectorError('notFound', `the configuration has no community ${id}`, { field: 'community' })
  const { told } = deps
  const opened = await deps.platforms.open(community)
  const platform = told === undefined ? opened : tellingPlatform(opened, id, told)
  const directory = told === undefined ? deps.directory : tellingDirectory(deps.directory, id, told)
  const snapshots = createSnapshots(platform, deps.clock)
  const { weighed } = await lookAtAll(
    { ...deps, directory },
    {
      configuration,
      community,
      snapshots,
      ...(limits === undefined ? {} : { limits }),
    },
  )
  return { plan: weighed.assessment.plan, verdict: weighed.assessment.verdict }
}
