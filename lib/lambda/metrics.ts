import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'

/** Counts and durations by name, each with its own dimensions; one line of CloudWatch's embedded format each, nothing to call while a caller waits. */
export type Count = (
  name: string,
  value: number,
  dimensions: Readonly<Record<string, string>>,
  unit?: 'Count' | 'Milliseconds',
) => void

export const createCounter = (service: string): Count => {
  const metrics = new Metrics({ namespace: 'Rolecall', serviceName: service })
  return (name, value, dimensions, unit = 'Count') => {
    const one = metrics.singleMetric()
    for (const [dimension, text] of Object.entries(dimensions)) one.addDimension(dimension, text)
    one.addMetric(name, MetricUnit[unit], value)
  }
}
