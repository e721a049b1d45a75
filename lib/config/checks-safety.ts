import type { Finding } from './findings.ts'
import { field, items, text, type View } from './view.ts'

/** With `wait`, whoever left keeps their access until somebody has decided about something else. */
export const safetyWarnings = (root: View): readonly Finding[] =>
  items(field(root, 'communities')).flatMap((community): readonly Finding[] => {
    const view = field(community, 'safety', 'whileHeld')
    if (text(view) !== 'wait') return []
    return [
      {
        path: view.path,
        what: 'stops departures, too, while anything is held',
        why: 'people who left keep their access until somebody has decided',
        remedy: 'write departuresOnly unless that is meant',
        severity: 'warning',
      },
    ]
  })
