import type { OpenTarget } from '../adapters/open.ts'
import { stateOf, type Engine } from './engine.ts'
import { retryOnConflict } from './retry.ts'

/**
 * Makes it durable that this process is about to write the newest intent of another one to targets that refuse no older
 * number: a later retreat there waits for what either of them may have sent.
 */
export async function join(engine: Engine, targets: readonly OpenTarget[]): Promise<void> {
  await retryOnConflict(async () => {
    const { epoch, unsettled } = stateOf(engine)
    const names = targets.flatMap(({ name, settle }) => (settle > 0 && !unsettled.includes(name) ? [name] : []))
    if (names.length > 0) await engine.writer.append({ type: 'joined', intent: epoch, targets: names }, engine.signature)
  })
}
