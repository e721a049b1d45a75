/** Every tolerance towards an identity provider that the RFCs do not ask for. Each use is counted by its name. */
export const quirks = {
  capitalisedOperation: 'Entra ID without its compliance flag: "Add", "Replace", "Remove"',
  textBoolean: 'Entra ID without its compliance flag: "True" and "False" as texts',
  numberAsText: 'OneLogin, Entra ID: an externalId, a personnel number and the like as numbers',
  textAsNumber: 'a text where the schema has a number',
  emptyText: 'Entra ID: an empty text clears an attribute',
  textForComplex: 'Entra ID: manager as a bare id',
  valuelessElement: 'JumpCloud, Entra ID: an e-mail, number or role without its value, which is none',
  listForSingle: 'Entra ID without its compliance flag: a one-element list for a single value',
  singleForList: 'a PATCH with a single value where the schema has a list',
  memberByReference: 'a member named by its address ($ref) instead of its id',
  nullReference: 'Entra ID: members with "$ref": null',
  removalByValue: 'Entra ID without its compliance flag, JumpCloud: remove "members" with a list of values',
  pathInName: 'Entra ID with its compliance flag: one operation without path, whose names are paths',
  readOnlyInValue: 'Okta: the resource’s own id inside the value of a rename',
  microsoftSchema: 'Entra ID: an extra schema URN on groups',
  pathAfterFilter: 'Entra ID: a sub-attribute after the brackets of a filter',
  createdByFilter: 'Entra ID: replacing a value that does not exist yet creates it from its filter',
  softDeleteRename: 'Entra ID: a deleted user is renamed to free its name, which is no change of the person',
} as const

export type Quirk = keyof typeof quirks
export type Note = (quirk: Quirk) => void

export const unnoted: Note = () => {}

/** Passes on what is noted before the first attempt, and then of the last one only: an attempt that others overtook was none. */
export const lastAttempt = (
  note: Note,
): { readonly note: Note; readonly begin: () => void; readonly end: () => void } => {
  let ofAttempt: Quirk[] | undefined
  return {
    note: (quirk) => {
      if (ofAttempt === undefined) note(quirk)
      else ofAttempt.push(quirk)
    },
    begin: () => {
      ofAttempt = []
    },
    end: () => {
      for (const quirk of ofAttempt ?? []) note(quirk)
    },
  }
}
