import type { Due } from '../core/work.ts'
import { dueKey } from './keys.ts'
import type { Item } from './table-client.ts'

/** The fields stand beside the key, as the stream hands them on. */
export const dueItem = (due: Due): Item => ({ ...dueKey(due.position), ...due })
export const dueFrom = ({ pk: _pk, sk: _sk, ...due }: Item): Due => due as unknown as Due
