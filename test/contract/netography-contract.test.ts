import { netographyHarness } from './netography.ts'
import { platformContract } from './platform.ts'

platformContract(netographyHarness)
