import type { Clock, Fence, Loan } from '../core/ports.ts'

/** Returns a loan of the real clock and the real environment, for an adapter that is tried outside a rollout. */
export function lendReal(over: Partial<Loan & Fence>): Loan & Fence {
  return {
    clock,
    env: process.env,
    folder: process.cwd(),
    signal: new AbortController().signal,
    timeout: 10_000,
    identity: { name: 'conformance', lineage: '' },
    epoch: 1,
    over: [],
    ...over,
  }
}

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  domain: 'conformance',
  sleep: async (duration, signal) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      setTimeout(resolve, duration)
    }),
  timer: (duration, ring) => {
    const timer = setTimeout(ring, duration)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
