// `npm run demo`: one day of an identity provider against a house that keeps nothing. Exits 1 when anything is not as told.
import { openHouse } from '../house.ts'
import { inMemory } from '../storage.ts'
import { playDay } from './day.ts'
import { createEntra } from './entra.ts'
import { readHeld } from './held.ts'
import { createNarration } from './narration.ts'
import { createPlatformSide } from './platform.ts'

const narration = createNarration(console.log, process.stdout.isTTY === true && process.stdout.hasColors())

const house = await openHouse({
  data: inMemory,
  port: 0,
  simulatorsPort: 0,
  // The demo decides itself when the reconciliation runs.
  reconcileEvery: 86_400,
  sweepEvery: 5,
  logLevel: 'ERROR',
})
const started = Date.now()
try {
  const { token = '' } = house.firstStart
  console.log(
    'One day of Microsoft Entra against Rolecall and three simulated platforms, all on this machine.',
  )
  await playDay({
    entra: createEntra(`${house.url}/demo/scim/v2`, token),
    platform: createPlatformSide(house.simulators.url),
    narration,
    reconcile: () => house.schedule('reconcile'),
    held: () => readHeld(house.endpoint),
  })
  const seconds = Math.round((Date.now() - started) / 1000)
  console.log(`\nAll ${narration.claims()} claims came true in ${seconds} seconds.`)
} catch (error) {
  console.error(`\nThe demo ends here: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await house.close()
}
