import { ConnectorError } from '../core/errors.ts'

/**
 * The identity provider stops listening after its own time limit, and what it does then is worse than what it does with an answer: a fault that is
 * said in time is in its log with a status. Whatever is still under way when the time is over goes on alone, and its end is nobody's concern.
 */
export const withinTime = async <T>(seconds: number, work: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = (): void =>
      reject(new ConnectorError('outOfTime', 'the answer took too long: call again', { retryAfter: 5 }))
    timer = setTimeout(fail, seconds * 1000)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
