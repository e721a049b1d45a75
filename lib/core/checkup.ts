/** One line of what `doctor` found out about a community. Without secrets and personal values. */
export type Check = {
  /** What was looked at: `credentials`, `rights`, `role tier1`, `API description` … */
  readonly subject: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly found: string
  /** What to do; absent for `ok`. */
  readonly remedy?: string
}
