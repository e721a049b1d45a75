import { immybotHarness } from './immybot.ts'
import { platformContract } from './platform.ts'

platformContract(immybotHarness)
