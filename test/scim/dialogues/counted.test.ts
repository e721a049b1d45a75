import { expect, it } from 'vitest'
import { systemClock as clock } from '../../../lib/config/clock.ts'
import type { Directory } from '../../../lib/core/ports/directory.ts'
import { createMemoryDirectory } from '../../support/memory-directory.ts'
import { openDesk } from '../pains/desk.ts'

/** Somebody else is always faster, `times` times. */
const overtaken = (directory: Directory, times: number): Directory => {
  let left = times
  return {
    ...directory,
    updateMember: async (...wish) => {
      left -= 1
      return left >= 0 ? { kind: 'stale' } : directory.updateMember(...wish)
    },
    changeGroup: async (...wish) => {
      left -= 1
      return left >= 0 ? { kind: 'stale' } : directory.changeGroup(...wish)
    },
  }
}

it('a request that is tried again because others were faster counts its tolerances once', async () => {
  const { directory } = createMemoryDirectory()
  const desk = openDesk({ directory: () => overtaken(directory, 3), clock, connection: 'acme' })
  const id = await desk.person('ada')
  const group = await desk.group('Team')
  await desk.patch(`/Users/${id}`, {
    op: 'Replace',
    path: 'phoneNumbers[type eq "work"].value',
    value: '+33 1 00',
  })
  expect(desk.quirks()).toEqual({ capitalisedOperation: 1, createdByFilter: 1 })
  await desk.patch(
    `/Users/${id}`,
    { op: 'Replace', path: 'active', value: 'False' },
    { op: 'Replace', path: 'userName', value: `${'0123456789abcdef'.repeat(2)}ada@demo.test` },
  )
  expect(desk.quirks()).toEqual({ capitalisedOperation: 2, softDeleteRename: 1, textBoolean: 1 })
  await desk.patch(
    `/Groups/${group}`,
    { op: 'Replace', path: 'displayName', value: 'Crew' },
    { op: 'Remove', path: 'members', value: [{ value: id }] },
  )
  expect(desk.quirks()).toEqual({ capitalisedOperation: 2, removalByValue: 1 })
  expect((await desk.get(`/Users/${id}`)).body).toMatchObject({ active: false, userName: 'ada@demo.test' })
  expect((await desk.get(`/Groups/${group}`)).body.displayName).toBe('Crew')
})
