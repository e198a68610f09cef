import { code, commands, type Block, type Text } from '../document/block.ts'
import type { Plan, Toggle } from '../../core/plan/plan.ts'
import { formatExposure, type Exposure } from '../../core/values/units.ts'

/** What to type at one target when nothing else works. */
export interface ByHand {
  readonly target: string
  readonly use: string
  /** Every toggle to its default. */
  readonly all: readonly string[]
  /** Each toggle to its default. */
  readonly toggles: readonly { readonly toggle: string; readonly lines: readonly string[] }[]
}

/** Everything the documents are made of: the same value gives the same bytes. */
export interface DocsSource {
  readonly plan: Plan
  readonly byHand: readonly ByHand[]
  /** The files that depend on each toggle; absent where the code was not searched. */
  readonly askedIn?: Readonly<Record<string, readonly string[]>>
  /** Flags that every command of this plan needs: `-e staging`. */
  readonly flags: readonly string[]
}

/** Returns a command line of this plan. */
export function rollout({ flags }: Pick<DocsSource, 'flags'>, ...words: readonly string[]): string {
  return ['rollout', ...words, ...flags].join(' ')
}

/** Returns a command line of this plan as a cell of a table. */
export function commandCell(source: Pick<DocsSource, 'flags'>, ...words: readonly string[]): Text {
  return [code(rollout(source, ...words))]
}

/** Returns command lines with what they are for behind them, one below the other. */
export function annotated(lines: readonly (readonly [line: string, about: string])[]): Block {
  const width = Math.max(...lines.map(([line]) => line.length))
  return commands(...lines.map(([line, about]) => `${line.padEnd(width)}  # ${about}`))
}

/** Returns `10%`; `off for 10%` where the toggle runs downwards. */
export function shareOf(toggle: Pick<Toggle, 'kind'> | undefined, to: Exposure): string {
  return toggle?.kind === 'legacy' ? `off for ${formatExposure(to)}` : formatExposure(to)
}
