// One cell of the benchmark: a world at a rate, rolled out by every decider.
import { parentPort } from 'node:worker_threads'
import { DECIDERS } from './deciders.ts'
import { outcomeOf, type Outcome, type Setting } from './rollout.ts'
import { worldsFor, type Rate } from './worlds.ts'

export interface Cell extends Setting {
  readonly world: string
  readonly rate: Rate
  readonly deciders: readonly string[]
}

/** What became of one cell, by decider. */
export type Outcomes = { readonly [decider: string]: Outcome }

parentPort?.on('message', (cell: Cell) => {
  const world = worldsFor(cell.rate).find(({ name }) => name === cell.world)
  if (!world) throw new Error(`no world ${cell.world}`)
  const outcomes: Outcomes = Object.fromEntries(
    Object.entries(DECIDERS).flatMap(([name, decider]) => (cell.deciders.includes(name) ? [[name, outcomeOf(world, decider, cell)]] : [])),
  )
  parentPort?.postMessage(outcomes, [])
})
