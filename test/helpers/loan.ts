import { setTimeout as sleep } from 'node:timers/promises'
import { REAL } from '../../src/adapters/deadline.ts'
import type { LookUp } from '../../src/adapters/refuse-unnamed.ts'
import type { Lender } from '../../src/adapters/lender.ts'
import type { Clock, Fence, Loan, Schema } from '../../src/core/ports.ts'
import type { Identity } from '../../src/core/toggle/mark.ts'

/** The real clock, as main lends it. */
export const realClock: Clock = {
  domain: 'test',
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (duration, signal) => {
    await sleep(duration, undefined, signal && { signal })
  },
  timer: REAL.timer,
}

/** Whose writes are lent, unless told otherwise: `of:shop/1a2b` in a mark. */
export const SHOP: Identity = { name: 'shop', lineage: '1a2b' }

/** A plan file that names whatever is asked for. */
export const namesAll: LookUp = async () => Promise.resolve('named')

/** A loan over real parts; a write needs its epoch too. */
export function lend(folder: string, over: Partial<Loan & Fence> = {}): Loan & Fence & Pick<Lender, 'standingOf'> {
  return {
    folder,
    standingOf: namesAll,
    clock: realClock,
    env: process.env,
    signal: new AbortController().signal,
    identity: SHOP,
    epoch: 1,
    over: [],
    ...over,
  }
}

/** Options as an adapter gets them. Throws what is wrong with them, one complaint a line. */
export async function checked<Options>({ options }: { readonly options: Schema<Options> }, raw: unknown): Promise<Options> {
  const result = await options['~standard'].validate(raw)
  if (result.issues) throw new Error(result.issues.map(({ message, path = [] }) => `${path.map(String).join('.')}: ${message}`).join('\n'))
  return result.value
}
