import type { Commands } from '../command.ts'
import { reconcileNow, showPlan } from '../look-commands.ts'

/** What will be done, and what was found. */
export const planCommands: Commands = {
  plan: {
    kind: 'house',
    usage: 'COMMUNITY [--markdown]',
    summary: 'show what a reconciliation would do now; nothing is done',
    options: { markdown: { does: 'for a ticket or a pull request' } },
    run: showPlan,
  },
  reconcile: {
    kind: 'house',
    usage: 'COMMUNITY',
    summary: 'ask for a reconciliation now',
    options: {},
    run: reconcileNow,
  },
}
