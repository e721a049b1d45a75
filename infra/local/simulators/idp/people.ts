import { createHash } from 'node:crypto'
import { emailOf, fieldWorker, newcomer, type Person, staff } from '../../demo/people.ts'
import { type AttributeStatement, attributeFormats } from './message.ts'

/** Whoever may log in: the demo's people, with what this identity provider knows of them beside the groups it pushes. */
export type Subject = {
  readonly email: string
  readonly name: string
  /** For good, and nobody's e-mail address. */
  readonly persistentId: string
  readonly groups: readonly string[]
  readonly attributes: readonly AttributeStatement[]
}

/** Groups that are shown at logins only: the demo's provisioning never pushes them. */
const shownOnly: Readonly<Record<string, readonly string[]>> = {
  Radia: ['Net-Operators'],
  Grace: ['Net-Readers'],
  Niklaus: ['IT-Technicians'],
}

const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

const subjectOf = (person: Person): Subject => {
  const email = emailOf(person)
  const groups = [...person.groups, ...(shownOnly[person.given] ?? [])]
  const one = (name: string, friendlyName: string, value: string): AttributeStatement => ({
    name,
    friendlyName,
    format: attributeFormats.uri,
    values: [value],
  })
  return {
    email,
    name: `${person.given} ${person.family}`,
    persistentId: createHash('sha256').update(`demo idp ${email}`).digest('base64url'),
    groups,
    attributes: [
      one(`${claims}/emailaddress`, 'mail', email),
      one(`${claims}/givenname`, 'givenName', person.given),
      one(`${claims}/surname`, 'sn', person.family),
      { name: 'groups', format: attributeFormats.basic, values: groups },
    ],
  }
}

export const subjects: readonly Subject[] = [...staff, fieldWorker, newcomer].map(subjectOf)
