import { growthbook } from './growthbook.ts'
import { kayenta } from './kayenta.ts'
import { ledger } from './ledger.ts'
import { argo, flagger } from './peers.ts'
import type { Decider } from './rollout.ts'

/** Who decides: ours first, then the peers. */
export const DECIDERS: { readonly [name: string]: () => Decider } = {
  ledger,
  'Argo 0': () => argo(0),
  'Argo 3': () => argo(3),
  Flagger: flagger,
  Kayenta: kayenta,
  GrowthBook: growthbook,
}
