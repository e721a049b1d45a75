import type { Simulator } from '../simulator.ts'
import { type Control, createStand, type StandOptions } from '../stand.ts'

export type Switches = Record<string, never>
export type World = { readonly switches: Switches; readonly clockOffset: number }
export type Edit = { readonly kind: 'nothing' }
export type NetographyControl = Control<World, Edit, Switches>

export const createNetography = (
  options: StandOptions = {},
): Simulator & { readonly control: NetographyControl } =>
  createStand<Switches, World, Edit>(
    {
      demo: () => ({ switches: {}, clockOffset: 0 }),
      edited: (world) => world,
      served: () => ({ status: 404, body: { message: 'being built' } }),
    },
    options,
  )
