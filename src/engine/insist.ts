import { RolloutError } from '../core/errors.ts'

/** Far more than anybody else appends in the time one append takes. */
const ATTEMPTS = 1000

/** Appends that must happen whoever else is writing: tries again until the number is free. Each try sees the newest state. */
export async function insist<Result>(append: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await append()
    } catch (thrown) {
      if (attempt === ATTEMPTS || !(thrown instanceof RolloutError) || thrown.code !== 'conflict') throw thrown
    }
  }
}
