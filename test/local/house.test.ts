import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEntra } from '../../infra/local/demo/entra.ts'
import { personNamed } from '../../infra/local/demo/people.ts'
import { createPlatformSide } from '../../infra/local/demo/platform.ts'
import { readEndpointFile } from '../../infra/local/endpoint-file.ts'
import { type House, type HouseOptions, openHouse } from '../../infra/local/house.ts'

let data: string
let houses: House[] = []
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'rolecall-house-'))
})
afterEach(async () => {
  for (const house of houses) await house.close()
  houses = []
  rmSync(data, { recursive: true })
})

const open = async (options: Partial<HouseOptions> = {}): Promise<House> => {
  const house = await openHouse({
    data,
    port: 0,
    simulatorsPort: 0,
    reconcileEvery: 86_400,
    sweepEvery: 1,
    demoToken: 'a-token-of-the-test',
    logLevel: 'ERROR',
    ...options,
  })
  houses.push(house)
  return house
}
const entraOf = (house: House) => createEntra(`${house.url}/demo/scim/v2`, 'a-token-of-the-test')
const standingsOf = (house: House) => createPlatformSide(house.simulators.url).standings()
const becomes = (house: House, wanted: object) =>
  vi.waitFor(async () => expect(await standingsOf(house)).toEqual(wanted), { timeout: 40_000, interval: 100 })
const owner = { 'owner@demo.test': 'enabled: Admin' }

describe('the house on one machine', () => {
  test('health answers, and nothing but what is built', async () => {
    const house = await open()
    expect((await fetch(`${house.url}/health`)).status).toBe(200)
    expect((await fetch(`${house.url}/console`)).status).toBe(404)
  })

  test('a person pushed as Entra does gets the role of the group, and both survive a restart', async () => {
    const first = await open()
    const entra = entraOf(first)
    await entra.testConnection()
    await entra.pushPerson(personNamed('Hedy'))
    await entra.pushGroup('SOC-Tier1')
    await entra.addMember('SOC-Tier1', personNamed('Hedy'))
    await becomes(first, { ...owner, 'hedy@demo.test': 'invited: SOC tier 1' })
    await first.close()
    expect(readEndpointFile(data)).toBeUndefined()

    const second = await open()
    expect(await standingsOf(second)).toEqual({ ...owner, 'hedy@demo.test': 'invited: SOC tier 1' })
    const again = entraOf(second)
    // Finds both by filter instead of creating them again: a second creation would answer 409.
    await again.pushPerson(personNamed('Hedy'))
    await again.pushGroup('SOC-Tier1')
    await again.setActive(personNamed('Hedy'), false)
    await becomes(second, owner)
  })

  test('a change whose wake-up was lost with the process is carried out after the next start', async () => {
    const first = await open()
    const entra = entraOf(first)
    await entra.pushGroup('SOC-Analysts')
    // The platform is down, so the work is still waiting when the house closes.
    first.simulators.sekoia.faults([{ kind: 'status', status: 503, times: 1000 }])
    await entra.pushPerson(personNamed('Ada'))
    await entra.addMember('SOC-Analysts', personNamed('Ada'))
    await first.close()
    const second = await open()
    await becomes(second, { ...owner, 'ada@demo.test': 'invited: Analyst' })
  })

  test('the data has one holder; its endpoint file is private and names a way in', async () => {
    await open()
    expect(statSync(join(data, 'endpoint')).mode & 0o777).toBe(0o600)
    expect(readEndpointFile(data)).toMatchObject({ pid: process.pid, table: 'rolecall' })
    expect(readFileSync(join(data, 'endpoint'), 'utf8')).not.toContain('a-token-of-the-test')
    await expect(open()).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('held by another process'),
    })
  })

  test('a taken port leaves nothing behind', async () => {
    const first = await open({ data: 'memory' })
    const port = Number(new URL(first.url).port)
    await expect(open({ port })).rejects.toMatchObject({ field: 'PORT' })
    await expect(open({ simulatorsPort: first.simulators.port })).rejects.toMatchObject({
      field: 'SIMULATORS_PORT',
    })
    expect((await fetch(`${(await open()).url}/health`)).status).toBe(200)
  })
})
