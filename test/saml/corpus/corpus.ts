import { accepted } from './accepted.ts'
import { bindings } from './bindings.ts'
import { carriers } from './carriers.ts'
import type { Case } from './case.ts'
import { encryption } from './encryption.ts'
import { exchanges } from './exchanges.ts'
import { floods } from './floods.ts'
import { methods } from './methods.ts'
import { parsing } from './parsing.ts'
import { profile } from './profile.ts'
import { signatures } from './signatures.ts'
import { unusual } from './unusual.ts'
import { wrapping } from './wrapping.ts'

/** The whole of it. Whoever measures the slowest hostile case takes it from here: `build(one)` gives the bytes. */
export const corpus: readonly Case[] = [
  ...accepted,
  ...wrapping,
  ...carriers,
  ...signatures,
  ...methods,
  ...encryption,
  ...parsing,
  ...floods,
  ...profile,
  ...exchanges,
  ...bindings,
  ...unusual,
]
