// RFC 7643 §2.3.5: an xsd:dateTime with both a date and a time.
const form = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/

/** Milliseconds since the epoch, whatever the zone; undefined when the text is no date and time. Without a zone it counts as UTC. */
export const instantOf = (text: string): number | undefined => {
  const [all, year, month, day, zone] = form.exec(text.toUpperCase()) ?? []
  if (all === undefined || Number(day) > lastDay(Number(year), Number(month))) return undefined
  const at = Date.parse(zone === undefined ? `${all}Z` : all)
  return Number.isNaN(at) ? undefined : at
}

// The engine takes 30 February for 2 March.
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
