import { platformJourneys } from './journeys.ts'
import { netographyHarness } from './netography.ts'

platformJourneys(netographyHarness)
