import type { Command } from './commands.ts'

/** Histories in which something was once wrong, cut down to what it takes. They are played every time. */
export type Once = { readonly name: string; readonly commands: readonly Command[] }

export const once: readonly Once[] = []
