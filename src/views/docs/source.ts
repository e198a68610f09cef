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

/** A file that depends on a toggle. */
export interface AskingFile {
  /** Path from the top of the code, with `/`. */
  readonly file: string
  /** In how many places it asks. */
  readonly places: number
}

/** What the code around a plan asks for. */
export interface CodeAround {
  /** The way from the pages to the top of the code, `../..`; absent where they are not of one tree. */
  readonly folder?: string
  /** Toggle → the files that depend on it. */
  readonly asked: Readonly<Record<string, readonly AskingFile[]>>
  /** Variables that look like toggles and that the plan does not know. */
  readonly unknown: Readonly<Record<string, readonly AskingFile[]>>
}

/** Everything the documents are made of: the same value gives the same bytes. */
export interface DocsSource {
  readonly plan: Plan
  readonly byHand: readonly ByHand[]
  /** Absent where the code was not searched. */
  readonly code?: CodeAround
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
