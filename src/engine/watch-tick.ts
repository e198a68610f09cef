import type { Tick } from '../core/judge/watch.ts'
import { defined } from '../core/values/defined.ts'
import type { Engine } from './engine.ts'

/** Returns the time of a poll: by this machine's clock, and by that of the store where it was asked. */
export function watchTick({ clock, store }: Pick<Engine, 'clock' | 'store'>): Tick {
  const monotonic = clock.monotonic()
  const shared = store && defined({ at: monotonic + store.ahead, within: store.within || undefined, domain: store.domain })
  return { monotonic, domain: clock.domain, now: clock.now(), ...(shared && { shared }) }
}

/** Asks the store for its time, so that what this process watches joins what another machine has watched before it. */
export async function withStoreClock(engine: Engine): Promise<Engine> {
  const asked = engine.clock.monotonic()
  const time = await engine.writer.journal.time?.()
  if (!time) return engine
  const answered = engine.clock.monotonic()
  return { ...engine, store: { ahead: time.at - answered, within: answered - asked + (time.within ?? 0), domain: time.domain } }
}
