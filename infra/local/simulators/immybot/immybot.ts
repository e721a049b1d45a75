import type { Simulator } from '../simulator.ts'
import { type Control, createStand, type StandOptions } from '../stand.ts'

export type Switches = Record<string, never>
export type World = { readonly switches: Switches; readonly clockOffset: number }
export type Edit = { readonly kind: 'nothing' }
export type ImmybotControl = Control<World, Edit, Switches>

export const createImmybot = (options: StandOptions = {}): Simulator & { readonly control: ImmybotControl } =>
  createStand<Switches, World, Edit>(
    {
      demo: () => ({ switches: {}, clockOffset: 0 }),
      edited: (world) => world,
      served: () => ({ status: 404, body: { message: 'being built' } }),
    },
    options,
  )
