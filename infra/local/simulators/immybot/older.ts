import { mayIn } from './access.ts'
import { email, integer, optional } from './checks.ts'
import { tenantById } from './lookup.ts'
import { type Answer, type Call, ok, type Route, refuse } from './routing.ts'

/** The older documentation's invitation by mail; the address becomes a person and a user when the mailed link is used. */
const invite = ({ world, caller, body, now }: Call): Answer => {
  const given = body as { email: string; tenantId?: number }
  const tenantId = given.tenantId ?? caller.tenantId
  if (tenantById(world, tenantId) === undefined) return refuse(400, 'tenantId: unknown tenant')
  if (!mayIn(world, caller, tenantId, 'users:manage'))
    return refuse(403, 'users:manage is needed in this tenant')
  const mails = [...world.mails, { to: given.email, tenantId, sentAt: now }]
  return ok({ success: true, message: 'The invitation was sent' }, { ...world, mails })
}

export const olderRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/users/invite',
    when: ({ emailInvitation }) => emailInvitation,
    permission: 'users:manage',
    body: () => ({ email, tenantId: optional(integer) }),
    handle: invite,
  },
]
