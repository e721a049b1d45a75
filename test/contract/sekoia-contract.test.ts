import { platformContract } from './platform.ts'
import { sekoiaHarness } from './sekoia.ts'

platformContract(sekoiaHarness)
