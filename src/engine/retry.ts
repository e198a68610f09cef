import { RolloutError } from '../core/values/errors.ts'
import type { Duration } from '../core/values/units.ts'
import type { Engine } from './engine.ts'

/** Far more than anybody else appends in the time one append takes. */
const ATTEMPTS = 1000
/** A journal that is out of reach for longer is not waited for. */
export const OUTAGE: Duration = 600_000
const BACKOFF: Duration = 200
const LONGEST_BACKOFF: Duration = 5000

/** Appends that must happen whoever else is writing: tries again until the number is free. Each try sees the newest state. */
export async function retryOnConflict<Result>(append: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await append()
    } catch (thrown) {
      if (attempt === ATTEMPTS || !(thrown instanceof RolloutError) || thrown.code !== 'conflict') throw thrown
    }
  }
}

/** Asks until the journal answers: what was written while it is out of reach may have to be put back. */
export async function retryWhileUnreachable<Answer>(engine: Pick<Engine, 'clock' | 'grace'>, ask: () => Promise<Answer>): Promise<Answer> {
  const began = engine.clock.monotonic()
  for (let nth = 0; ; nth += 1) {
    try {
      return await ask()
    } catch (thrown) {
      const isOut = thrown instanceof RolloutError && thrown.code === 'unreachable'
      if (!isOut || engine.clock.monotonic() - began > OUTAGE) throw thrown
      await engine.clock.sleep(Math.min(BACKOFF * 2 ** nth, LONGEST_BACKOFF), engine.grace)
    }
  }
}
