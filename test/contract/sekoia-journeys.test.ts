import { platformJourneys } from './journeys.ts'
import { sekoiaHarness } from './sekoia.ts'

platformJourneys(sekoiaHarness)
