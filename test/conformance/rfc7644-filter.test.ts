import { beforeAll, describe, expect, it } from 'vitest'
import { enterpriseUrn, filterOf, group, user, userUrn } from '../scim/support/service.ts'
import { expectError, found, made, useScim } from './support.ts'

const open = useScim()
let created = ''
let boss = ''

beforeAll(async () => {
  boss = String((await made(open(), '/Users', user('boss', { title: 'Director', active: true }))).id)
  const people = [
    user('bjensen', {
      externalId: 'BJ-1',
      name: { familyName: "O'Malley", givenName: 'Barbara' },
      title: 'Tour Guide',
      userType: 'Employee',
      active: true,
      emails: [
        { value: 'bjensen@example.com', type: 'work', primary: true },
        { value: 'babs@jensen.org', type: 'home' },
      ],
    }),
    user('JSmith', {
      externalId: 'js-2',
      name: { familyName: 'Smith' },
      userType: 'Intern',
      active: false,
      emails: [{ value: 'jsmith@example.org', type: 'home' }],
      ims: [{ value: 'jsmith@foo.com', type: 'xmpp' }],
      x509Certificates: [{ value: 'AQID' }],
    }),
    {
      ...user('jdoe', {
        displayName: 'say "hi" \\ and (or) [not]',
        emails: [{ value: 'jd@example.com', type: 'work' }],
      }),
      schemas: [userUrn, enterpriseUrn],
      [enterpriseUrn]: { department: 'Tour Operations', employeeNumber: '007', manager: { value: boss } },
    },
  ]
  for (const person of people) {
    const body = await made(open(), '/Users', person)
    created = String((body.meta as { readonly created: string }).created)
  }
  await made(open(), '/Groups', group('Guides'))
})

const users = (filter: string): Promise<readonly string[]> => found(open(), '/Users', filter, 'userName')
const refused = async (filter: string): Promise<void> =>
  expectError(await open().get(`/Users?${filterOf(filter)}`), 400, 'invalidFilter')

describe('RFC 7644 §3.4.2.2 operators', () => {
  it.each<readonly [string, readonly string[]]>([
    ['userName eq "bjensen"', ['bjensen']],
    ['userName eq "nobody"', []],
    ['userName ne "bjensen"', ['JSmith', 'boss', 'jdoe']],
    ['title ne "Director"', ['JSmith', 'bjensen', 'jdoe']],
    ['name.familyName co "O\'Malley"', ['bjensen']],
    ['userName sw "j"', ['JSmith', 'jdoe']],
    ['userName ew "doe"', ['jdoe']],
    ['title pr', ['boss', 'bjensen']],
    ['emails pr', ['JSmith', 'bjensen', 'jdoe']],
    ['userName gt "jd"', ['JSmith', 'jdoe']],
    ['userName ge "jsmith"', ['JSmith']],
    ['userName lt "bp"', ['bjensen', 'boss']],
    ['userName le "bjensen"', ['bjensen']],
    ['active eq true', ['bjensen', 'boss', 'jdoe']],
    ['active eq false', ['JSmith']],
    ['active ne true', ['JSmith']],
  ])('%s', async (filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))

  it.each([
    ['the order of booleans', 'active gt true'],
    ['parts of booleans', 'active co true'],
    ['the order of binaries', 'x509Certificates.value gt "AQID"'],
    ['a text where a boolean is', 'active eq "yes"'],
    ['a number where a text is', 'userName eq 7'],
    ['an unknown attribute', 'shoeSize eq "42"'],
    ['an unknown sub-attribute', 'name.nick eq "x"'],
    ['an unknown operator', 'userName like "b%"'],
    ['a missing value', 'userName eq'],
    ['a missing attribute', 'eq "bjensen"'],
    ['a value that is not JSON', 'userName eq bjensen'],
    ['single quotation marks', "userName eq 'bjensen'"],
    ['an open text', 'userName eq "bjensen'],
    ['an open parenthesis', '(userName eq "bjensen"'],
    ['an open bracket', 'emails[type eq "work"'],
    ['a dangling and', 'userName eq "bjensen" and'],
    ['nothing', ''],
    ['a word too many', 'userName eq "bjensen" title'],
  ])('refuses %s: %s', (_, filter) => refused(filter))
})

describe('RFC 7644 §3.4.2.2 logic', () => {
  it.each<readonly [string, readonly string[]]>([
    ['title pr and userType eq "Employee"', ['bjensen']],
    ['title pr or userType eq "Intern"', ['JSmith', 'bjensen', 'boss']],
    ['not (title pr)', ['JSmith', 'jdoe']],
    // `and` binds more closely than `or`.
    ['userName eq "boss" or title pr and userType eq "Employee"', ['bjensen', 'boss']],
    ['(userName eq "boss" or title pr) and userType eq "Employee"', ['bjensen']],
    ['not (title pr or userType eq "Intern")', ['jdoe']],
    ['not (title pr) and not (userType eq "Intern")', ['jdoe']],
    ['((userName eq "boss"))', ['boss']],
    ['userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', ['bjensen']],
    ['userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', ['boss']],
  ])('%s', async (filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))
})

describe('RFC 7644 §3.4.2.2 attribute names and operators in any case', () => {
  it.each<readonly [string, readonly string[]]>([
    ['USERNAME Eq "bjensen"', ['bjensen']],
    ['Name.FamilyName SW "Smi"', ['JSmith']],
    ['TITLE PR AND USERTYPE EQ "Employee"', ['bjensen']],
    ['NOT (title pr) OR userName eq "boss"', ['JSmith', 'boss', 'jdoe']],
  ])('%s', async (filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))
})

describe('RFC 7644 §3.4.2.2 values', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['caseExact false: any case', 'userName eq "BJENSEN"', ['bjensen']],
    ['caseExact false in parts', 'title co "tour g"', ['bjensen']],
    ['caseExact true: exactly', 'externalId eq "bj-1"', []],
    ['caseExact true: exactly', 'externalId eq "BJ-1"', ['bjensen']],
    ['JSON escapes', String.raw`displayName eq "say \"hi\" \\ and (or) [not]"`, ['jdoe']],
    ['unicode escapes', String.raw`userName eq "\u0062jensen"`, ['bjensen']],
    ['null: unassigned', 'title eq null', ['JSmith', 'jdoe']],
    ['not null: assigned', 'title ne null', ['boss', 'bjensen']],
  ])('%s: %s', async (_, filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))
})

describe('RFC 7644 §3.4.2.2 multi-valued and complex attributes', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['any value may match', 'emails.value ew "jensen.org"', ['bjensen']],
    [
      'conditions apart may match different values',
      'emails.type eq "work" and emails.value co "jensen.org"',
      ['bjensen'],
    ],
    ['conditions in brackets match one value', 'emails[type eq "work" and value co "jensen.org"]', []],
    [
      'conditions in brackets match one value',
      'emails[type eq "work" and value co "@example.com"]',
      ['bjensen', 'jdoe'],
    ],
    [
      'brackets stand in logic',
      'emails[type eq "work"] or ims[type eq "xmpp" and value co "@foo.com"]',
      ['JSmith', 'bjensen', 'jdoe'],
    ],
    [
      'not, or and parentheses in brackets',
      'emails[not (type eq "work") or (primary eq true)]',
      ['JSmith', 'bjensen'],
    ],
    ['without a sub-attribute the value counts', 'emails co "jensen.org"', ['bjensen']],
    ['primary', 'emails[primary eq true]', ['bjensen']],
  ])('%s: %s', async (_, filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))
})

describe('RFC 7644 §3.10 notation', () => {
  it.each<readonly [string, readonly string[]]>([
    [`${userUrn}:userName sw "B"`, ['bjensen', 'boss']],
    [`${userUrn}:name.familyName co "O'Malley"`, ['bjensen']],
    [`${enterpriseUrn}:department eq "Tour Operations"`, ['jdoe']],
    [`${enterpriseUrn.toUpperCase().replace('URN:IETF', 'urn:ietf')}:DEPARTMENT sw "tour"`, ['jdoe']],
    [`${enterpriseUrn}:manager.value pr`, ['jdoe']],
    [`schemas eq "${enterpriseUrn}"`, ['jdoe']],
  ])('%s', async (filter, expected) => expect(await users(filter)).toEqual([...expected].sort()))

  it('the value of a reference by id', async () => {
    expect(await users(`${enterpriseUrn}:manager.value eq "${boss}"`)).toEqual(['jdoe'])
  })
})

describe('RFC 7644 §3.4.2.2 dates', () => {
  it.each<readonly [string, number]>([
    ['meta.created ge "2011-05-13T04:42:34Z"', 4],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', 0],
    ['meta.lastModified gt "2011-05-13T04:42:34+02:00"', 4],
  ])('%s', async (filter, count) => expect(await users(filter)).toHaveLength(count))

  it('are compared as moments, not as texts', async () => {
    const moment = new Date(created).toISOString()
    const elsewhere = new Date(Date.parse(created) + 7_200_000).toISOString().replace('Z', '+02:00')
    expect(await users(`meta.created eq "${elsewhere}"`)).toEqual(await users(`meta.created eq "${moment}"`))
    expect(await users(`meta.created eq "${elsewhere}"`)).toContain('jdoe')
  })
  it('what is no date is refused', () => refused('meta.created gt "yesterday"'))
})

describe('RFC 7644 §3.4.2.2 on Groups and read-only attributes', () => {
  it.each<readonly [string, readonly string[]]>([
    ['displayName eq "guides"', ['Guides']],
    ['displayName sw "G" and not (members pr)', ['Guides']],
    ['meta.resourceType eq "Group"', ['Guides']],
  ])('%s', async (filter, expected) =>
    expect(await found(open(), '/Groups', filter, 'displayName')).toEqual(expected),
  )
  it('the id of a resource', async () => {
    expect(await users(`id eq "${boss}"`)).toEqual(['boss'])
    expect(await users(`id eq "${boss.toUpperCase()}"`)).toEqual([])
  })
  it('who is a member', async () => {
    await made(open(), '/Groups', group('Bosses', [boss]))
    expect(await found(open(), '/Groups', `members.value eq "${boss}"`, 'displayName')).toEqual(['Bosses'])
    expect(await found(open(), '/Groups', `members[value eq "${boss}"]`, 'displayName')).toEqual(['Bosses'])
  })
  it('the groups of a User', async () => {
    expect(await users('groups.display eq "Bosses"')).toEqual(['boss'])
  })
})

describe('RFC 7644 §3.4.2.2 answers', () => {
  it('nothing found is 200 with totalResults 0, not 404', async () => {
    const reply = await open().get(`/Users?${filterOf('userName eq "nobody"')}`)
    expect([reply.status, reply.body.totalResults]).toEqual([200, 0])
  })
})
