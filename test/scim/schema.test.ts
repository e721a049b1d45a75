import { describe, expect, it } from 'vitest'
import { type AttributeDefinition, schemaDocuments } from '../../lib/scim/definitions.ts'
import { type AttributeTable, compileSchema, groupSchema, userSchema } from '../../lib/scim/schema.ts'

const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const documentOf = (urn: string) => {
  const found = schemaDocuments.find(({ id }) => id === urn)
  if (found === undefined) throw new Error(`no document ${urn}`)
  return found
}

/**
 * RFC 7643 §8.7.1, one attribute a line: name, type, then what is not the default (single, optional, case-insensitive, readWrite, returned by default,
 * not unique). `*`: multi-valued; `[…]`: canonical values; `→`: reference types; `exact`: case-sensitive.
 */
const multi = (name: string, types: string): string => `
  ${name} complex *
  ${name}.value string
  ${name}.display string
  ${name}.type string ${types}
  ${name}.primary boolean`

const rfc: Readonly<Record<string, string>> = {
  'urn:ietf:params:scim:schemas:core:2.0:User': `
  userName string required server
  name complex
  name.formatted string
  name.familyName string
  name.givenName string
  name.middleName string
  name.honorificPrefix string
  name.honorificSuffix string
  displayName string
  nickName string
  profileUrl reference →external
  title string
  userType string
  preferredLanguage string
  locale string
  timezone string
  active boolean
  password string writeOnly never
  ${multi('emails', '[work home other]')}
  ${multi('phoneNumbers', '[work home mobile fax pager other]')}
  ${multi('ims', '[aim gtalk icq xmpp msn skype qq yahoo]')}
  ${multi('photos', '[photo thumbnail]').replace('value string', 'value reference →external')}
  addresses complex *
  addresses.formatted string
  addresses.streetAddress string
  addresses.locality string
  addresses.region string
  addresses.postalCode string
  addresses.country string
  addresses.type string [work home other]
  groups complex * readOnly
  groups.value string readOnly
  groups.$ref reference →User,Group readOnly
  groups.display string readOnly
  groups.type string [direct indirect] readOnly
  ${multi('entitlements', '')}
  ${multi('roles', '[]')}
  ${multi('x509Certificates', '[]').replace('value string', 'value binary')}`,
  'urn:ietf:params:scim:schemas:core:2.0:Group': `
  displayName string
  members complex *
  members.value string immutable
  members.$ref reference →User,Group immutable
  members.type string [User Group] immutable`,
  [enterpriseUrn]: `
  employeeNumber string
  costCenter string
  organization string
  division string
  department string
  manager complex
  manager.value string
  manager.$ref reference →User
  manager.displayName string readOnly`,
}

type Difference = { readonly line: string; readonly because: string }
/** Where we say something else than the table, deliberately. */
const differences: Readonly<Record<string, Difference>> = {
  profileUrl: {
    line: 'profileUrl reference →external exact',
    because: '§2.3.7: references are case-sensitive',
  },
  'photos.value': { line: 'photos.value reference →external exact', because: '§2.3.7' },
  'groups.$ref': { line: 'groups.$ref reference →User,Group exact readOnly', because: '§2.3.7' },
  'members.$ref': { line: 'members.$ref reference →User,Group exact immutable', because: '§2.3.7' },
  'manager.$ref': { line: 'manager.$ref reference →User exact', because: '§2.3.7' },
  'x509Certificates.value': {
    line: 'x509Certificates.value binary exact',
    because: '§2.3.6: base64 is case-sensitive',
  },
  'groups.value': {
    line: 'groups.value string exact readOnly',
    because: '§3.1: it is an id, and ids are case-sensitive',
  },
  'members.value': { line: 'members.value string exact immutable', because: '§3.1' },
  'manager.value': { line: 'manager.value string exact', because: '§3.1' },
  'addresses.primary': {
    line: 'addresses.primary boolean',
    because: '§2.4, and the example of §8.2: any of several values can be primary',
  },
  'Group.displayName': { line: 'displayName string required', because: '§4.2: REQUIRED in the text' },
  'members.display': {
    line: 'members.display string readOnly',
    because: '§2.4: a default sub-attribute; derived, so it is ignored when sent',
  },
}

const lineOf = (path: string, each: AttributeDefinition): string =>
  [
    path,
    each.type,
    each.multiValued ? '*' : '',
    each.referenceTypes === undefined ? '' : `→${each.referenceTypes.join()}`,
    each.canonicalValues === undefined ? '' : `[${each.canonicalValues.join(' ')}]`,
    each.caseExact === true ? 'exact' : '',
    each.required ? 'required' : '',
    each.mutability === 'readWrite' ? '' : each.mutability,
    each.returned === 'default' ? '' : each.returned,
    each.uniqueness === undefined || each.uniqueness === 'none' ? '' : each.uniqueness,
  ]
    .filter((word) => word !== '')
    .join(' ')

const linesOf = (attributes: readonly AttributeDefinition[], prefix = ''): readonly string[] =>
  attributes.flatMap((each) => [
    lineOf(`${prefix}${each.name}`, each),
    ...linesOf(each.subAttributes ?? [], `${prefix}${each.name}.`),
  ])

const words = (line: string): readonly string[] => (line.match(/\[[^\]]*\]|\S+/g) ?? []).toSorted()
const byName = (lines: readonly string[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(lines.map((line) => [line.split(' ', 1)[0], words(line)]))

describe('a published schema', () => {
  it.each(Object.entries(rfc))('%s says what RFC 7643 §8.7.1 says, but for what is listed', (urn, table) => {
    const { name, attributes } = documentOf(urn)
    const expected = byName(
      table
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    )
    const changed = Object.entries(differences).map(
      ([path, { line }]) => [path.replace(`${name}.`, ''), words(line), path.startsWith(`${name}.`)] as const,
    )
    const own = linesOf(attributes).map((line) => line.split(' ', 1)[0])
    const applied = changed.filter(
      ([path, , isOwn]) => isOwn || (path !== 'displayName' && own.includes(path)),
    )
    expect(byName(linesOf(attributes))).toEqual({
      ...expected,
      ...Object.fromEntries(applied.map(([path, line]) => [path, line])),
    })
  })

  it.each(Object.entries(differences))('differs in %s with a reason', (path, { line, because }) => {
    const lines = Object.values(rfc).flatMap((table) => table.split('\n').map((each) => each.trim()))
    expect(lines).not.toContain(line)
    expect([path, because.includes('§')]).toEqual([path, true])
  })

  it('names every attribute once, whatever its case, and describes it', () => {
    const check = (attributes: readonly AttributeDefinition[]): void => {
      const names = attributes.map(({ name }) => name.toLowerCase())
      expect(new Set(names).size).toBe(names.length)
      for (const { name, type, description, subAttributes } of attributes) {
        expect([name, description !== '']).toEqual([name, true])
        expect([name, type === 'complex']).toEqual([name, subAttributes !== undefined])
        check(subAttributes ?? [])
      }
    }
    for (const { attributes } of schemaDocuments) check(attributes)
    expect(schemaDocuments).toHaveLength(5)
  })
})

describe('a compiled schema', () => {
  const flat = (table: AttributeTable): readonly string[] =>
    [...table.values()].flatMap((each) => [each.path, ...flat(each.subAttributes)])

  it('holds everything its documents say, and the common attributes of RFC 7643 §3.1', () => {
    for (const schema of [userSchema, groupSchema]) {
      const common = [
        'schemas',
        'id',
        'externalId',
        'meta',
        'meta.resourceType',
        'meta.created',
        'meta.lastModified',
        'meta.location',
        'meta.version',
      ]
      const published = linesOf(schema.document.attributes).map((line) => line.split(' ', 1)[0])
      expect(flat(schema.attributes)).toEqual([...common, ...published])
      for (const { urn, document, attributes } of schema.extensions.values())
        expect(flat(attributes)).toEqual(
          linesOf(document.attributes).map((line) => `${urn}:${line.split(' ', 1)[0]}`),
        )
    }
  })

  it('follows from a document of any other type of resource', () => {
    const attribute: AttributeDefinition = {
      name: 'serial',
      type: 'string',
      multiValued: false,
      description: 'Serial number.',
      required: true,
      caseExact: true,
      mutability: 'immutable',
      returned: 'always',
    }
    const document = {
      id: 'urn:example:2.0:Device',
      name: 'Device',
      description: 'A device.',
      attributes: [attribute],
    }
    const schema = compileSchema('/Devices', document)
    expect([schema.name, schema.endpoint, schema.urn, schema.description]).toEqual([
      'Device',
      '/Devices',
      document.id,
      'A device.',
    ])
    expect(schema.attributes.get('serial')).toEqual({
      ...attribute,
      path: 'serial',
      exact: true,
      subAttributes: new Map(),
    })
  })
})
