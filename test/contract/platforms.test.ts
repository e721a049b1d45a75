import { platformContract } from './platform.ts'
import { sekoiaHarness } from './sekoia.ts'

// Adding a platform is one line here.
platformContract(sekoiaHarness)
