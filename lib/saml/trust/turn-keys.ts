import { ConnectorError } from '../../core/errors.ts'
import type { OwnKey } from './own-keys.ts'

type Pair = Pick<OwnKey, 'privateKey' | 'certificate'>
export type Turn = 'rotate' | 'activate' | 'retire'

const out = (message: string): ConnectorError => new ConnectorError('invalidValue', message)

/** The three steps of a rotation: the new key is published, then it signs, then the old one goes. */
export const turned = <Key extends Pair>(turn: Turn, keys: readonly Key[], made?: Key): readonly Key[] => {
  const [first, second] = keys
  if (first === undefined) throw out('there are no keys yet: leave the option out')
  switch (turn) {
    case 'rotate':
      if (second !== undefined)
        throw out('there are two keys already: finish that rotation with --activate and --retire')
      return made === undefined ? [first] : [first, made]
    case 'activate':
      if (second === undefined) throw out('there is one key only: begin with --rotate')
      return [second, first]
    case 'retire':
      if (second === undefined) throw out('there is one key only, and it is in use: begin with --rotate')
      return [first]
  }
}
