import { CORE } from './core.ts'
import { ENGINE } from './engine.ts'
import { EVIDENCE } from './evidence.ts'
import { FILES } from './files.ts'
import { FORECAST } from './forecast.ts'
import type { Mutation } from './mutation.ts'
import { SDK } from './sdk.ts'
import { SESSION } from './session.ts'
import { STORES } from './stores.ts'

/** Every mutation that is kept; what the simulation finds is among its bugs. */
export const MUTATIONS: readonly Mutation[] = [...ENGINE, ...CORE, ...EVIDENCE, ...FORECAST, ...STORES, ...FILES, ...SESSION, ...SDK]
