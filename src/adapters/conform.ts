import { KINDS, type Kind } from '../core/ports.ts'
import { adopt } from './adopt.ts'
import { faultsOf } from './faults.ts'
import { lendReal } from './lend-real.ts'
import type { WrittenOptions } from './check.ts'
import { tryChannel, tryMetric, tryTarget, type Trying } from './try-out.ts'

/** The options and words an adapter is tried with. It is called for real: give it a place that may be written, or a server of your own. */
export interface Trial {
  /** Options as they would stand in a plan. */
  readonly options: WrittenOptions
  /** Targets only: words that are written one after another and read back; at the end those that were held before. */
  readonly words?: readonly { readonly [variable: string]: string }[]
  /** Folder of the plan; the current one unless told. */
  readonly folder?: string
}

/**
 * Tries an adapter against its contract: its functions, its options, and what it does with the options of the trial. Its
 * functions show which kind it is. Throws an error that lists everything that is wrong.
 */
export async function conform(adapter: unknown, trial: Trial): Promise<void> {
  const kind = kindOf(adapter)
  const wrong = [...faultsOf(kind, adapter)]
  if (wrong.length === 0 && typeof adapter === 'object' && adapter !== null)
    await tryOut(kind, adapter, trial, (message) => void wrong.push(message))
  if (wrong.length > 0) throw new Error([`the ${KINDS[kind].one} does not keep its contract:`, ...wrong].join('\n- '))
}

function kindOf(adapter: unknown): Kind {
  const has = (name: string): boolean => typeof adapter === 'object' && adapter !== null && name in adapter
  return has('send') ? 'notify' : has('write') || has('byHand') ? 'targets' : 'metrics'
}

async function tryOut(kind: Kind, adapter: object, trial: Trial, complain: Trying['complain']): Promise<void> {
  const { validate } = adopt(kind, adapter).options['~standard']
  const [result, surprised] = [await validate(trial.options), await validate({ ...trial.options, surprise: true })]
  if (!surprised.issues) complain('options takes a key that it does not know: a slip in a plan would go unnoticed')
  if (result.issues) {
    for (const { message } of result.issues) complain(`options refuses those of the trial: ${message}`)
    return
  }
  const loan = lendReal(trial.folder === undefined ? {} : { folder: trial.folder })
  const trying: Trying = { options: result.value, words: trial.words ?? [], loan, complain }
  if (kind === 'targets') await tryTarget(adopt(kind, adapter), trying)
  else if (kind === 'metrics') await tryMetric(adopt(kind, adapter), trying)
  else await tryChannel(adopt(kind, adapter), trying)
}
