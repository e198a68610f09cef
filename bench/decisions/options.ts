import { parseArgs } from 'node:util'
import type { Duration } from '../../src/core/values/units.ts'
import { DECIDERS } from './deciders.ts'
import { RATES, worldsFor, type Rate } from './worlds.ts'

/** What part of the benchmark to run; what is absent is not restricted. */
export interface Options {
  readonly worlds: readonly string[]
  readonly rates: readonly Rate[]
  readonly intervals: readonly Duration[]
  readonly deciders: readonly string[]
  readonly rollouts: number
  readonly seed: number
  /** Every world at every rate and interval. */
  readonly long: boolean
  /** Keep what README.md and docs/decisions.md repeat. */
  readonly write: boolean
}

const INTERVALS: { readonly [name: string]: Duration } = { '10s': 10_000, '30s': 30_000, '60s': 60_000 }

/** Reads `--only WORLD --rate N --interval 10s --decider NAME`, each as often as wanted, `--rollouts N`, `--seed N`, `--long`, `--write`. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true },
      rate: { type: 'string', multiple: true },
      interval: { type: 'string', multiple: true },
      decider: { type: 'string', multiple: true },
      rollouts: { type: 'string', default: '100' },
      seed: { type: 'string', default: '0' },
      long: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  const rates = new Map(RATES.map((rate) => [String(rate), rate]))
  const intervals = new Map(Object.entries(INTERVALS))
  const worlds = worldsFor(10).map(({ name }) => [name, name] as const)
  const deciders = Object.keys(DECIDERS).map((name) => [name, name] as const)
  return {
    worlds: chosen('--only', values.only, new Map(worlds)),
    rates: chosen('--rate', values.rate, rates),
    intervals: chosen('--interval', values.interval, intervals),
    deciders: chosen('--decider', values.decider, new Map(deciders)),
    rollouts: whole('--rollouts', values.rollouts, 1),
    seed: whole('--seed', values.seed, 0),
    long: values.long,
    write: values.write,
  }
}

/** What was asked for, or all there is. */
function chosen<Value>(flag: string, asked: readonly string[] | undefined, known: ReadonlyMap<string, Value>): readonly Value[] {
  if (!asked) return [...known.values()]
  return asked.map((name) => {
    const value = known.get(name)
    if (value === undefined) throw new Error(`${flag} ${name}: there are ${[...known.keys()].join(', ')}`)
    return value
  })
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`${flag} ${text}: a whole number of at least ${least}`)
  return value
}
