import { type Instant, instant } from '../core/ids.ts'
import { usageError } from './arguments.ts'

const day = /^\d{4}-\d{2}-\d{2}$/
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** Date.parse takes the 30th of February for the 1st or 2nd of March. */
const isInCalendar = (text: string): boolean => {
  const [date, last] = [text.slice(0, 10), new Date(`${text.slice(0, 7)}-01T00:00Z`)]
  last.setUTCMonth(last.getUTCMonth() + 1, 0)
  return date <= last.toISOString().slice(0, 10)
}

/** A day stands for its end in UTC, so that what happened on it counts; today's end has not come, so that today means now. */
export const momentFrom = (text: string, now: Instant): Instant => {
  const time = Date.parse(day.test(text) ? `${text}T23:59:59.999Z` : text)
  if ((!day.test(text) && !moment.test(text)) || Number.isNaN(time) || !isInCalendar(text))
    throw usageError('--at is a day such as 2026-11-22, or a moment such as 2026-11-22T14:30:00Z')
  const at = instant(time)
  return day.test(text) && at > now && text === now.slice(0, 10) ? now : at
}
