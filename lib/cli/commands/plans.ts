import { applyPlan } from '../apply-commands.ts'
import { type Commands, decision } from '../command.ts'
import { showDrift } from '../drift-commands.ts'
import { listPlans, showPlan } from '../plan-commands.ts'
import { reconcileNow } from '../reconcile-command.ts'

/** What will be done, and what was found. */
export const planCommands: Commands = {
  plan: {
    kind: 'house',
    usage: 'COMMUNITY [--save] [--number N] [--markdown]',
    summary: 'show what a reconciliation would do now, or a stored plan; nothing is done',
    options: {
      save: { does: 'also store it, under a number' },
      number: { takes: 'N', does: 'the stored plan of that number instead' },
      markdown: { does: 'for a ticket or a pull request' },
    },
    run: showPlan,
  },
  plans: {
    kind: 'house',
    usage: 'COMMUNITY',
    summary: 'list the stored plans of thirty days, newest first, and what became of them',
    options: {},
    run: listPlans,
  },
  apply: {
    kind: 'house',
    usage: 'COMMUNITY NUMBER --reason TEXT [--by NAME]',
    summary: 'carry out exactly what a stored plan says, unless something has moved on',
    options: decision,
    run: applyPlan,
  },
  reconcile: {
    kind: 'house',
    usage: 'COMMUNITY',
    summary: 'ask for a reconciliation now',
    options: {},
    run: reconcileNow,
  },
  drift: {
    kind: 'house',
    usage: '[COMMUNITY]',
    summary:
      'what was edited by hand, since when and how often corrected, and what is not ours; asks no platform',
    options: {},
    run: showDrift,
  },
}
