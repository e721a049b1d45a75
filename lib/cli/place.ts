import type { Arguments } from './arguments.ts'

/** So that a pasted line reaches the table that was looked at. */
export const samePlace = (given: Arguments): string =>
  ['data', 'table', 'region', 'profile']
    .flatMap((name) => {
      const value = given.text(name)
      return value === undefined ? [] : [` --${name} ${/^[\w./:-]+$/.test(value) ? value : `'${value}'`}`]
    })
    .join('')
