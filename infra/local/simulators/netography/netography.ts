import { randomUUID } from 'node:crypto'
import type { Simulator } from '../simulator.ts'
import { type Control, createStand, type StandOptions } from '../stand.ts'
import { demoWorld } from './demo.ts'
import { createDispatch } from './dispatch.ts'
import { type Edit, edited } from './edits.ts'
import type { Switches, World } from './world.ts'

export type NetographyControl = Control<World, Edit, Switches>

export const createNetography = (
  options: StandOptions = {},
): Simulator & { readonly control: NetographyControl } => {
  const newId = options.newId ?? randomUUID
  return createStand<Switches, World, Edit>(
    {
      demo: demoWorld,
      edited: (world, edit) => edited(world, edit, { newId }),
      served: createDispatch(newId),
    },
    options,
  )
}
