import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attributes } from '../../lib/core/member.ts'
import { parseBody } from '../../lib/scim/body.ts'
import { errorAnswer } from '../../lib/scim/errors.ts'
import { matches } from '../../lib/scim/filter/evaluate.ts'
import { type Filter, printFilter } from '../../lib/scim/filter/filter.ts'
import { parseFilter } from '../../lib/scim/filter/parse.ts'
import { normaliseResource } from '../../lib/scim/normalise.ts'
import { applyOperations } from '../../lib/scim/patch/apply.ts'
import { compileMembership, isMembership } from '../../lib/scim/patch/membership.ts'
import { parsePatch } from '../../lib/scim/patch/message.ts'
import { parsePatchPath, printPatchPath } from '../../lib/scim/patch/path.ts'
import { groupSchema, type ResourceSchema, userSchema } from '../../lib/scim/schema.ts'
import { validateResource } from '../../lib/scim/validate.ts'
import { examples, filters, groupPatches, paths, resources, userPatches } from './language/corpus.ts'
import { spelling, textOf, tree } from './language/filters.ts'
import { json, mutatedJson, mutatedText } from './language/mutations.ts'
import { thing, thingSchema } from './language/thing.ts'

// FUZZ_BUDGET=100000 is the long run; FUZZ_SEED other cases.
const numRuns = Number(process.env.FUZZ_BUDGET ?? 4_000)
const stepsPerCharacter = 6
const stepsPerPartAndValue = 4

const nobody = (): void => {}
type Outcome<T> = { readonly result: T } | { readonly refused: number }
/** Whatever goes wrong is the client's mistake, and is told as one. */
const attempt = <T>(run: () => T): Outcome<T> => {
  try {
    return { result: run() }
  } catch (error) {
    const { status, code } = errorAnswer(error)
    if (status < 400 || status >= 500) throw new Error(`answered ${status} ${code}`, { cause: error })
    return { refused: status }
  }
}
const counter = () => {
  let taken = 0
  return {
    step: (count = 1): void => {
      taken += count
    },
    taken: () => taken,
  }
}
const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + valuesIn(each), 1)
    : 1 + String(value).length
const partsOf = (filter: Filter): number => {
  if ('filters' in filter) return filter.filters.reduce((sum, each) => sum + partsOf(each), 1)
  return 'filter' in filter ? 1 + partsOf(filter.filter) : 1
}

const tally = () => {
  const counts = { read: 0, refused: 0 }
  return {
    add: (outcome: Outcome<unknown>): void => {
      counts['result' in outcome ? 'read' : 'refused'] += 1
    },
    /** What is right must be among it, and what is wrong, or nothing would be said. */
    check: (): void => expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(numRuns / 50),
  }
}

describe('any filter at all', () => {
  const source = fc.oneof(
    mutatedText(fc.constantFrom(...filters)).map((text) => ({ schema: userSchema, text })),
    fc
      .tuple(tree, spelling)
      .chain(([each, how]) =>
        mutatedText(fc.constant(textOf(each, how))).map((text) => ({ schema: thingSchema, text })),
      ),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => ({ schema: groupSchema, text })),
  )
  it('is read within its steps or refused, and what is read is printed, read again and evaluated', () => {
    const outcomes = tally()
    fc.assert(
      fc.property(source, thing, ({ schema, text }, subject) => {
        const reading = counter()
        const outcome = attempt(() => parseFilter(schema, text, reading.step))
        outcomes.add(outcome)
        expect(reading.taken()).toBeLessThanOrEqual(stepsPerCharacter * text.length + stepsPerCharacter)
        if (!('result' in outcome)) return
        const filter = outcome.result
        expect(parseFilter(schema, printFilter(filter))).toEqual(filter)
        const evaluating = counter()
        matches(filter, subject as Attributes, evaluating.step)
        expect(evaluating.taken()).toBeLessThanOrEqual(
          stepsPerPartAndValue * partsOf(filter) * (valuesIn(subject) + text.length),
        )
      }),
      { numRuns },
    )
    outcomes.check()
  })
})

describe('any path at all', () => {
  const source = fc.oneof(
    mutatedText(fc.constantFrom(...paths)),
    fc.string({ unit: 'binary', maxLength: 30 }),
  )
  it('is read or refused, and what is read is printed and read again', () => {
    const outcomes = tally()
    fc.assert(
      fc.property(fc.constantFrom(userSchema, groupSchema), source, (schema, text) => {
        const outcome = attempt(() => parsePatchPath(schema, text))
        outcomes.add(outcome)
        if ('result' in outcome)
          expect(parsePatchPath(schema, printPatchPath(outcome.result))).toEqual(outcome.result)
      }),
      { numRuns },
    )
    outcomes.check()
  })
})

const bytes = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body))
/** Could be stored as it is: the validator has nothing to take away or to refuse. */
const isStorable = (schema: ResourceSchema, resource: Attributes): void =>
  expect(validateResource(schema, resource)).toEqual(resource)

describe('any resource at all', () => {
  const source = fc.oneof(mutatedJson(fc.constantFrom<unknown>(...resources)), json)
  it('is refused, or becomes one that can be stored', () => {
    const outcomes = tally()
    fc.assert(
      fc.property(fc.constantFrom(userSchema, groupSchema), source, (schema, body) => {
        const outcome = attempt(() =>
          validateResource(schema, normaliseResource(schema, parseBody(bytes(body)), nobody)),
        )
        outcomes.add(outcome)
        if ('result' in outcome) isStorable(schema, outcome.result)
      }),
      { numRuns },
    )
    outcomes.check()
  })
})

describe('any PATCH at all', () => {
  const source = fc.oneof(
    fc.tuple(fc.constant(userSchema), mutatedJson(fc.constantFrom<unknown>(...userPatches))),
    fc.tuple(fc.constant(groupSchema), mutatedJson(fc.constantFrom<unknown>(...groupPatches))),
  )
  it('is refused, or leaves a resource that can be stored, and never touches what it was given', () => {
    const outcomes = tally()
    fc.assert(
      fc.property(source, fc.constantFrom(...examples), ([schema, body], before) => {
        const resource = schema === userSchema ? before : { displayName: 'Team' }
        const copy = JSON.stringify(resource)
        const outcome = attempt(() => {
          const operations = parsePatch(schema, parseBody(bytes(body)), nobody)
          if (schema === groupSchema) compileMembership(operations.filter(isMembership), nobody)
          const own = operations.filter((each) => schema === userSchema || !isMembership(each))
          return applyOperations(resource, own, nobody)
        })
        outcomes.add(outcome)
        expect(JSON.stringify(resource)).toBe(copy)
        if ('result' in outcome) isStorable(schema, outcome.result)
      }),
      { numRuns },
    )
    outcomes.check()
  })
})
