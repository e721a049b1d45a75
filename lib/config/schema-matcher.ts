import * as z from 'zod'
import { attributeForm } from './forms.ts'

export const match = z.string().trim().min(1).max(1000)
const tests = {
  equals: match.optional().describe('the whole text, upper and lower case alike'),
  anyOf: z.array(match).min(1).max(1000).optional().describe('one of these whole texts'),
  prefix: match.optional().describe('the beginning of the text'),
  glob: match.optional().describe('the whole text, with * for any run of characters'),
  regex: match.optional().describe('an RE2 regular expression for the whole text; (?i) ignores case'),
}
export const testKeys: readonly string[] = Object.keys(tests)
/** Said in JSON Schema only; the checks say it in words. */
export const exactlyOne = (keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) })

const groupTest = z
  .strictObject(tests)
  .describe('a test of the group’s id, externalId or displayName')
  .meta(exactlyOne(testKeys))

export const matcherKeys: readonly string[] = ['all', 'any', 'not', 'group', 'attribute']
export type TestFile = {
  readonly equals?: string | undefined
  readonly anyOf?: readonly string[] | undefined
  readonly prefix?: string | undefined
  readonly glob?: string | undefined
  readonly regex?: string | undefined
}
export type MatcherFile = TestFile & {
  readonly all?: readonly MatcherFile[] | undefined
  readonly any?: readonly MatcherFile[] | undefined
  readonly not?: MatcherFile | undefined
  readonly group?: TestFile | undefined
  readonly attribute?: string | undefined
}

export const matcher: z.ZodType<MatcherFile> = z
  .strictObject({
    get all() {
      return z.array(matcher).min(1).max(100).optional().describe('every one of these matches')
    },
    get any() {
      return z.array(matcher).min(1).max(100).optional().describe('at least one of these matches')
    },
    get not() {
      return matcher.optional()
    },
    group: groupTest.optional(),
    attribute: z
      .string()
      .regex(attributeForm)
      .optional()
      .describe('a SCIM attribute, such as department, name.familyName or emails.value'),
    ...tests,
  })
  .describe('which people: all, any, not, group, or attribute with a test')
  .meta({ id: 'Matcher', ...exactlyOne(matcherKeys) })
