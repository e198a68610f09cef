import type { Move } from '../core/journal/event.ts'
import type { Verdict } from '../core/judge/track.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import { unconfirmed, type Status } from '../core/journal/state.ts'
import type { Summary } from '../core/report/summary.ts'
import { formatExposure, formatInstant } from '../core/values/units.ts'
import { clean, listed } from './clean.ts'
import type { RankedLine } from './fit.ts'
import { renderMissing } from './missing.ts'
import { outlookText } from './outlook-text.ts'
import { paint } from './paint.ts'
import { renderWaits } from './waiting.ts'

const BAR = 20
const WHY = 'rollout explain says why'
const BACK = 'rollout rollback takes it back'

/** Where a window is too small for the page, what blocks and what to type stay longest. */
const RANK = { heading: 0, waits: 1, moving: 2, proof: 3, gates: 4, resting: 5, space: 6 } as const

/** Renders the page of `rollout status`: where it is, what it waits for, what to type. */
export function renderStatus(...page: Parameters<typeof linesOfStatus>): string {
  return linesOfStatus(...page)
    .map(({ text }) => `${text}\n`)
    .join('')
}

/** Returns the lines of that page, each with how long it stays where there is no room for all. */
export function linesOfStatus(summary: Summary, plan: Plan, stream: Stream, notes: readonly string[] = []): readonly RankedLine[] {
  const color = paint(stream)
  const name = clean(summary.environment === undefined ? summary.name : `${summary.name}@${summary.environment}`)
  const { step } = summary
  const where = step ? `step ${step.number} of ${step.of}, ${clean(step.phase)}` : 'before the first step'
  const lines: RankedLine[] = []
  const add = (rank: keyof typeof RANK, ...texts: readonly string[]): unknown =>
    lines.push(...texts.map((text) => ({ text, rank: RANK[rank] })))
  add('heading', `${color.bold(name)}  ${renderWord(summary.status, stream)}  ${where}`)
  add('waits', ...renderWaits(summary.waitsFor, stream))
  add('space', '')
  const moved = new Set([...(step?.toggles ?? []), ...(summary.next?.toggles ?? [])])
  const wide = width(plan)
  const waited = new Set(summary.intent && unconfirmed(summary.intent))
  for (const [toggle, { kind, default: none, targets }] of Object.entries(plan.toggles)) {
    const exposure = summary.exposures[toggle] ?? none
    const next = summary.intent ? undefined : summary.next
    const to = summary.intent?.exposures[toggle] ?? exposure
    const isMoved = moved.has(toggle) || to !== exposure
    const isOpen = isMoved && targets.some((target) => waited.has(target))
    const moving = next?.toggles.includes(toggle) ? color.dim(` next: ${next.to}${kind === 'legacy' ? ' off' : ''}`) : ''
    const open = isOpen ? color.yellow(`${to === exposure ? '' : ` → ${formatExposure(to)}`}, not confirmed`) : ''
    add(
      isMoved ? 'moving' : 'resting',
      `  ${clean(toggle).padEnd(wide)} ${renderBar(exposure, stream)} ${formatExposure(exposure).padStart(5)}${open}${moving}`,
    )
  }
  add('space', '')
  for (const metric of summary.metrics) add('proof', `  ${renderVerdict(metric, stream)} ${clean(metric.name)} ${clean(metric.text)}`)
  if (summary.status === 'running' && !summary.intent) {
    for (const gate of summary.gates.filter(({ name: each, open }) => open && each !== 'metrics'))
      add('gates', `  ${color.green('✓')} ${clean(gate.text)}`)
    if (summary.outlook) add('gates', `  ${color.dim(clean(outlookText(summary.outlook)))}`)
    if (summary.ahead.length > 0) add('gates', color.dim(`  before ${clean(summary.phase)} is complete:`))
    for (const gate of summary.ahead) add('gates', color.dim(`  · ${clean(gate.text)}`), ...renderMissing(gate, stream))
  }
  if (summary.missing.length > 0) add('proof', `  ${color.yellow('!')} went on without ${listed(summary.missing)}`)
  if (summary.stopped)
    add(
      'proof',
      `  ${clean(summary.stopped.why.text)} ${color.dim(`(#${summary.stopped.seq}, ${clean(summary.stopped.actor)}, ${formatInstant(summary.stopped.at)})`)}`,
    )
  for (const { channel, text } of summary.unreached) add('proof', `  ${color.yellow('!')} ${clean(channel)} ${clean(text)}`)
  for (const note of notes) add('proof', `  ${color.yellow('!')} ${clean(note)}`)
  if (summary.controller) add('gates', renderController(summary.controller, summary.asOf, stream))
  if (lines.at(-1)?.text !== '') add('space', '')
  add('heading', color.dim(`  ${nextCommand(summary)}`))
  return lines
}

/** Renders a verdict; what is not wrong and not proven either is waited for. */
export function renderVerdict(
  { verdict, met = true }: { readonly verdict: Verdict; readonly met?: boolean },
  stream: Pick<Stream, 'color'>,
): string {
  const color = paint(stream)
  if (verdict === 'healthy' && !met) return color.yellow('… waiting')
  return {
    healthy: color.green('✓ healthy'),
    warning: color.yellow('! warning'),
    critical: color.red('✗ CRITICAL'),
    unknown: color.magenta('? unknown'),
  }[verdict]
}

function renderController({ host, pid, at, watching }: NonNullable<Summary['controller']>, asOf: Summary['asOf'], stream: Stream): string {
  const color = paint(stream)
  const who = `${clean(host)} pid ${pid} since ${formatInstant(at)}`
  const until = asOf === undefined ? '' : `, this is as of ${formatInstant(asOf)}`
  return watching ? color.dim(`  watched by ${who}${until}`) : `  ${color.yellow('!')} nobody watches: ${who} has fallen silent`
}

/** Renders the status as one coloured word. */
export function renderWord(status: Status, stream: Pick<Stream, 'color'>): string {
  const color = paint(stream)
  return {
    running: color.cyan('RUNNING'),
    paused: color.yellow('PAUSED'),
    'rolled back': color.red('ROLLED BACK'),
    complete: color.green('COMPLETE'),
    closed: color.dim('CLOSED'),
  }[status]
}

/** Renders `████░░░░`: exposure from 0 to 100 %; anything above 0 shows. */
export function renderBar(exposure: number, stream: Pick<Stream, 'color'>): string {
  const color = paint(stream)
  const full = exposure === 0 ? 0 : Math.max(1, Math.floor((exposure / 100) * BAR))
  return color.green('█'.repeat(full)) + color.dim('░'.repeat(BAR - full))
}

/** What decides what to type next. */
export interface Going {
  readonly status: Status
  readonly intent?: { readonly move: Move }
  readonly controller?: { readonly host: string; readonly watching?: boolean }
  readonly waitsFor?: readonly { readonly name: string }[]
  /** The obstacles of a state, which has not said yet what it waits for. */
  readonly blocked?: readonly { readonly name: string }[]
}

/** Returns what to type next; not the verb that was just `typed`. */
export function nextCommand(going: Going, typed?: 'explain' | 'history'): string {
  return nextCommands(going)
    .filter((each) => !each.startsWith(`rollout ${typed} `))
    .join('; ')
}

function nextCommands({ status, intent, controller, waitsFor = [], blocked = [] }: Going): readonly string[] {
  const differs = [...waitsFor, ...blocked].some(({ name }) => name === 'drift')
  // No step goes up by this version.
  const isStuck = differs || waitsFor.some(({ name }) => name === 'version')
  if (intent && status !== 'closed')
    return intent.move === 'rollback'
      ? ['rollout rollback tries the rest again']
      : [`rollout run ${intent.move === 'advance' ? 'finishes the step' : 'tries the rest again'}`, BACK]
  switch (status) {
    case 'running':
      return isStuck || (controller && controller.watching !== false)
        ? [WHY, BACK]
        : ['rollout run watches and goes on', 'rollout advance takes one step']
    case 'paused':
      return [WHY, 'rollout resume goes on', BACK]
    case 'rolled back':
      if (differs) return ['rollout rollback looks at every target']
      return [WHY, 'rollout resume, then rollout run, tries again', 'rollout close ends it']
    case 'complete':
      return ['rollout history shows how', BACK]
    case 'closed':
      return ['rollout history shows how', 'rollout start begins anew']
  }
}

function width(plan: Plan): number {
  return Math.max(...Object.keys(plan.toggles).map((name) => clean(name).length))
}
