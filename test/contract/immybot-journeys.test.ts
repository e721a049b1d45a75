import { immybotHarness } from './immybot.ts'
import { platformJourneys } from './journeys.ts'

platformJourneys(immybotHarness)
