// `npm start`: the whole house on this machine, until Ctrl-C.
import { isConnectorError } from '../../lib/core/errors.ts'
import { greeting } from './greeting.ts'
import { type House, openHouse } from './house.ts'
import { readSettings } from './settings.ts'

const stopOn = (house: House): void => {
  let stopping = false
  const stop = (): void => {
    // A second Ctrl-C means it: whatever was answered is on disk already.
    if (stopping) process.exit(130)
    stopping = true
    console.log('\nStopping …')
    house.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

try {
  const settings = readSettings(process.env)
  const house = await openHouse(settings)
  stopOn(house)
  console.log(greeting(house, settings))
} catch (error) {
  console.error(isConnectorError(error) ? error.message : error)
  process.exit(1)
}
