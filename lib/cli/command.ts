import type { Arguments, Options } from './arguments.ts'
import type { Exit } from './exits.ts'
import type { Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

type Described = { readonly usage: string; readonly summary: string; readonly options: Options }
export type Command = Described &
  (
    | { readonly kind: 'offline'; readonly run: (given: Arguments, terminal: Terminal) => Promise<Exit> }
    | {
        readonly kind: 'house'
        readonly run: (given: Arguments, terminal: Terminal, house: House) => Promise<Exit>
      }
  )
/** By what is typed: one word, or two. */
export type Commands = Readonly<Record<string, Command>>

/** Of every command that decides something. */
export const decision: Options = {
  reason: { takes: 'TEXT', does: 'why; it stands in the audit log' },
  by: { takes: 'NAME', does: 'who decided; default $ROLECALL_OPERATOR, else your login name' },
}
