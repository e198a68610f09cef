import { formatHolding, type Drift } from '../core/plan/environment.ts'
import type { Outcome } from '../core/values/errors.ts'
import type { Drill } from '../core/journal/event.ts'
import type { Stream } from '../core/values/stream.ts'
import type { State } from '../core/journal/state.ts'
import type { Change } from '../core/report/changes.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import { renderByHand, type Moved } from './advance.ts'
import { clean, listed } from './clean.ts'
import { renderChanges } from './event.ts'
import { paint } from './paint.ts'
import { nextCommand } from './status.ts'

/** What a contingency would have done: what `rollout drill --json` prints. */
export interface Rehearsal {
  readonly contingency: string
  readonly text?: string
  readonly does: string
  readonly notify: readonly string[]
  /** The step it was rehearsed from, counted from 1; 0 before the first. */
  readonly step: number
  /** The rollout is not there: where it is nothing would move. */
  readonly imagined: boolean
  readonly changes: readonly Change[]
  readonly targets: readonly {
    readonly name: string
    readonly writes: readonly { readonly variable: string; readonly from: string; readonly to: string }[]
    /** How long reading it took, in milliseconds. */
    readonly took?: Duration
    readonly error?: string
    readonly drifts: readonly Drift[]
    readonly byHand?: readonly string[]
  }[]
  /** How long after the last confirmation targets are looked at once more, in milliseconds. */
  readonly settle: Duration
  /** What the rollback would have ended with. */
  readonly outcome: Outcome
}

/** Renders the steps of a rehearsal, target by target, and what would have come of it. */
export function renderRehearsal(report: Rehearsal, stream: Stream): string {
  const color = paint(stream)
  const { contingency, text, does, notify, step, imagined, changes, targets, settle, outcome } = report
  const from = imagined
    ? `as if at step ${step}: where it is now it would move nothing`
    : step === 0
      ? 'before the first step'
      : `from step ${step}`
  const lines = [
    `drill of ${color.bold(clean(contingency))} on a copy, ${from}${text === undefined ? '' : `: ${clean(text)}`}`,
    `  1. made durable: ${clean(does)} (${renderChanges(changes) || 'every toggle is there already'})`,
    '  2. every target written and read back',
  ]
  for (const target of targets) {
    const mark = target.error === undefined && target.byHand === undefined ? color.green('✓') : color.red('✗')
    const writes = target.writes.map(({ variable, from: was, to }) => `${clean(variable)} ${clean(was)} → ${clean(to)}`).join(', ')
    const took =
      target.took === undefined
        ? 'was not read'
        : `${target.error === undefined ? 'read in' : 'no answer in'} ${formatDuration(target.took)}`
    lines.push(`     ${mark} ${clean(target.name)}  ${writes || 'nothing to change'}  ${color.dim(took)}`)
    if (target.error !== undefined) lines.push(`       ${clean(target.error)}${target.byHand ? '. By hand:' : ''}`)
    for (const line of target.byHand ?? []) lines.push(`         ${clean(line)}`)
    for (const each of target.drifts) lines.push(`       ${color.yellow('!')} ${clean(formatHolding(each))}`)
  }
  if (settle > 0) lines.push(`  3. looked at again after ${formatDuration(settle)}, where a step was under way shortly before`)
  if (notify.length > 0) lines.push(`  ${settle > 0 ? 4 : 3}. told: ${listed(notify)}`)
  const failed = targets.filter(({ byHand }) => byHand !== undefined).map(({ name }) => name)
  lines.push(
    outcome === 'done'
      ? `${color.green('✓')} every target would confirm it; nothing was touched, and no write was tried`
      : `${color.red('✗')} ${listed(failed)} would not confirm it; nothing was touched`,
  )
  return `${lines.join('\n')}\n`
}

/** Renders what came of a drill for real. */
export function renderDrill(drill: Drill, state: State, left: Moved['left'], stream: Stream): string {
  const color = paint(stream)
  const times = Object.entries(drill.targets).map(([name, took]) => `${clean(name)} ${color.green('✓')} ${formatDuration(took)}`)
  const name = color.bold(clean(drill.contingency))
  const where = drill.of ? ` in ${clean(drill.of.environment)} (its #${drill.of.seq}, hash ${clean(drill.of.hash.slice(0, 12))})` : ''
  const lines = [
    drill.passed
      ? `${color.green('✓')} ${name} rehearsed${where}: every target confirmed within ${formatDuration(drill.took)}${drill.of ? '' : ', and was put back'}`
      : `${color.red('✗')} ${name}: ${clean(drill.problem ?? 'failed')}`,
    ...(times.length > 0 ? [`  ${times.join('   ')}`] : []),
    ...renderByHand(state, left, stream),
    color.dim(`  ${nextCommand(state)}`),
  ]
  return `${lines.join('\n')}\n`
}
