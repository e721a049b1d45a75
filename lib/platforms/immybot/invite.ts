import type { Community } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { Change } from '../../core/plan.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Access, Grant } from './access.ts'
import { belongs } from './account-changes.ts'
import type { ImmybotApi } from './api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import type { PersonShape, UserShape } from './shapes.ts'

type Invitation = Pick<
  Extract<Change, { readonly kind: 'invite' }>,
  'subject' | 'givenName' | 'familyName' | 'externalId'
>

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const refused = (message: string, field?: string): ConnectorError =>
  new ConnectorError('platformRefused', message, field === undefined ? {} : { field })

/** Nobody is invited by mail: a person whom Entra knows becomes a user. */
export const createInviter = (
  api: ImmybotApi,
  access: Access,
  facts: Facts,
  {
    community,
    dialect,
    clock,
  }: { readonly community: Community; readonly dialect: Dialect; readonly clock: Clock },
) => {
  const objectIdOf = ({ externalId }: Invitation): string | undefined =>
    dialect.externalIds === 'entra' && externalId !== undefined && uuid.test(externalId.trim())
      ? externalId.trim().toLowerCase()
      : undefined

  const byObjectId = async (objectId: string): Promise<PersonShape | undefined> =>
    (await api.persons('azurePrincipalId', objectId)).find(
      (one) => fold(one.azurePrincipalId ?? '') === objectId,
    )

  const byEmail = async (email: string, objectId: string | undefined): Promise<PersonShape | undefined> => {
    const found = (await api.persons('emailAddress', email)).filter(
      (one) => fold(one.emailAddress ?? '') === fold(email),
    )
    const [only, ...more] = found
    if (more.length > 0)
      throw refused(
        `${found.length} people in ImmyBot have this address; delete the wrong ones, or send the Entra object id as externalId`,
      )
    if (only?.azurePrincipalId && objectId !== undefined && fold(only.azurePrincipalId) !== objectId)
      throw refused(
        "the person with this address has another object id; wait for ImmyBot's hourly sync, or, if the identity provider is not Entra, set dialect.externalIds to other",
        'dialect.externalIds',
      )
    return only
  }
  const find = async (invitation: Invitation): Promise<PersonShape | undefined> => {
    const objectId = objectIdOf(invitation)
    const exact = objectId === undefined ? undefined : await byObjectId(objectId)
    return exact ?? byEmail(invitation.subject.email, objectId)
  }

  const home = (): number => {
    if (community.tenant !== 'instance') return Number(community.tenant)
    const [msp, ...more] = facts.tenants.filter(({ isMsp }) => isMsp === true)
    if (msp !== undefined && more.length === 0) return msp.id
    throw refused(
      'no tenant, or more than one, is an MSP: people cannot be made in the instance; name a tenant',
    )
  }

  const create = async (invitation: Invitation): Promise<PersonShape> => {
    const objectId = objectIdOf(invitation)
    if (objectId === undefined || dialect.createPersons === 'no')
      throw refused(
        'ImmyBot knows nobody with this address; wait for its hourly sync or send the object id as externalId',
        'externalId',
      )
    const { email } = invitation.subject
    const [local = email] = email.split('@')
    return settled(
      clock,
      'creating a person',
      () =>
        api.createPerson({
          tenantId: home(),
          azurePrincipalId: objectId,
          firstName: invitation.givenName || local,
          lastName: invitation.familyName || local,
          emailAddress: email,
          onPremisesSecurityIdentifier: null,
        }),
      () => byObjectId(objectId),
    )
  }

  /** The user of a person, once there is one: the ids that creating answers with are not believed. */
  const userOf = async (person: number): Promise<UserShape | undefined> => {
    const { userId } = await api.person(person)
    return typeof userId === 'number' ? api.user(String(userId)) : undefined
  }

  /** Whom the platform knows and we may make a user. */
  const usable = async (person: PersonShape): Promise<void> => {
    if (!belongs(community, person.tenantId))
      throw refused(
        `the person with this address belongs to tenant ${person.tenantId}, outside this community`,
      )
    if ((await userOf(person.id)) !== undefined)
      throw new ConnectorError(
        'platformDisagrees',
        'a person with this address became a user after the plan was made; the next plan decides what they are',
      )
    if (!person.azurePrincipalId)
      throw refused(
        "the person with this address has no object id, and everybody logs in through Entra; wait for ImmyBot's hourly sync",
      )
  }

  return async (invitation: Invitation, grants: readonly Grant[]): Promise<UserShape> => {
    const found = await find(invitation)
    if (found !== undefined) await usable(found)
    for (const grant of grants) access.check(grant, found?.tenantId ?? home(), facts)
    // A group that is not to be used is noticed while there is no user yet who would be nobody's.
    for (const grant of grants) await access.prepare(grant, facts)
    const person = found ?? (await create(invitation))
    const user = await settled(
      clock,
      'making a person a user',
      () => access.makeUser(person.id),
      () => userOf(person.id),
    )
    for (const grant of grants) await access.give(user, grant, facts)
    const after = await api.user(String(user.id))
    if (after !== undefined) return after
    throw new ConnectorError('platformDisagrees', 'the new user is gone again')
  }
}
