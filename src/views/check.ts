import type { Outcome, Where } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { placeOf } from './problem.ts'

export interface CheckRow {
  readonly what: 'config' | 'targets' | 'metrics' | 'gates' | 'toggles'
  readonly name: string
  readonly verdict: 'ok' | 'warning' | 'stale' | 'waiting' | 'unknown' | 'critical' | 'failed' | 'unreachable'
  readonly text: string
  readonly where?: Where
  readonly hint?: string
}

export interface CheckReport {
  readonly outcome: Outcome
  /** Step the rollout is at; absent before `start`. */
  readonly step?: number
  readonly rows: readonly CheckRow[]
}

const MARKS: Readonly<Record<CheckRow['verdict'], string>> = {
  ok: '✓',
  warning: '!',
  stale: '!',
  waiting: '…',
  unknown: '?',
  critical: '✗',
  failed: '✗',
  unreachable: '✗',
}

/** Renders a row for everything that was looked at, and one line that sums it up. */
export function renderCheck({ outcome, rows }: CheckReport, stream: Stream): string {
  const color = paint(stream)
  const lines = rows.flatMap(({ what, name, verdict, text, where, hint }) => {
    const tint =
      verdict === 'ok'
        ? color.green
        : verdict === 'waiting' || verdict === 'warning' || verdict === 'stale'
          ? color.yellow
          : verdict === 'unknown'
            ? color.magenta
            : color.red
    const place = where ? `${placeOf(where)} ` : ''
    const line = `${tint(MARKS[verdict])} ${what.padEnd(8)}${name === '' || name === 'plan' ? '' : `${clean(name)}  `}${color.bold(place)}${oneLine(text)}`
    return hint === undefined ? [line] : [line, `  ${color.dim(oneLine(hint))}`]
  })
  return `${lines.join('\n')}\n${color.bold(summaryOf(outcome))}\n`
}

/** Returns what a target or a query answered, without a way to begin a line of its own. */
export function oneLine(text: string): string {
  return clean(text.replaceAll(/\s+/g, ' ').trim())
}

/** Returns what the exit code means, in words. */
export function summaryOf(outcome: Outcome): string {
  const words: Partial<Record<Outcome, string>> = {
    done: 'go',
    notYet: 'not yet',
    unhealthy: 'no: unhealthy',
    unreachable: 'no: something cannot be reached',
    config: 'no: the plan has errors',
  }
  return words[outcome] ?? outcome
}
