// One cell of the benchmark: a world at a rate, rolled out by every decider.
import { parentPort } from 'node:worker_threads'
import { argo, flagger, ledger } from './deciders.ts'
import { outcomeOf } from './rollout.ts'
import { worldsFor, type Rate } from './worlds.ts'

export interface Cell {
  readonly world: string
  readonly rate: Rate
  readonly rollouts: number
}

const DECIDERS = { ledger, 'Argo 0': () => argo(0), 'Argo 3': () => argo(3), Flagger: flagger }

parentPort?.on('message', ({ world, rate, rollouts }: Cell) => {
  const found = worldsFor(rate).find(({ name }) => name === world)
  if (!found) throw new Error(`no world ${world}`)
  const outcomes = Object.fromEntries(Object.entries(DECIDERS).map(([name, decider]) => [name, outcomeOf(found, rate, decider, rollouts)]))
  parentPort?.postMessage(outcomes, [])
})
