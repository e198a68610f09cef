import { plural } from '../core/values/plural.ts'
import type { Event } from '../core/journal/event.ts'
import { stepsOf } from '../core/plan/steps.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import { currentStep, type State } from '../core/journal/state.ts'
import { changesBetween } from '../core/report/changes.ts'
import { formatDuration } from '../core/values/units.ts'
import { renderChanges } from './event.ts'
import { paint } from './paint.ts'
import { renderOutcome } from './ending.ts'

export interface DemoStart {
  readonly plan: Plan
  readonly url: string
  readonly fault: string
  /** How much faster than the plan says. */
  readonly speed: number
}

const FAULTS: Readonly<Record<string, string>> = {
  none: 'Nothing will go wrong.',
  shadow: 'One of the new features answers wrongly (fault: shadow): it runs beside the old way first, and nobody is answered by it.',
}

/** Renders what is about to happen, before the first line of the run. */
export function renderDemoStart({ plan, url, fault, speed }: DemoStart, stream: Stream): string {
  const color = paint(stream)
  const what = FAULTS[fault] ?? `One of the new features cannot take its load (fault: ${fault}).`
  return [
    color.bold(
      `A real rollout: ${plural(stepsOf(plan).length, 'step')} in ${plural(plan.phases.length, 'phase')}; time runs ${speed} times faster.`,
    ),
    `A shop answers real requests at ${url} and reads its toggles from an env file. ${what}`,
    '',
    '',
  ].join('\n')
}

export interface DemoEnd {
  readonly state: State
  readonly events: readonly Event[]
  readonly sent: { readonly sent: number; readonly failed: number; readonly wrong: number }
  readonly folder: string
  /** What stands for `rollout` where the user is: only an installed one is on the PATH. */
  readonly command: string
}

/** Renders how it ended, why, how fast, and what to type next. */
export function renderDemoEnd({ state, events, sent, folder, command }: DemoEnd, stream: Stream): string {
  const color = paint(stream)
  const lines = [
    '',
    renderOutcome(state, stream),
    ...reaction(state, events),
    `  ${sent.sent} requests were sent, ${sent.failed} failed, ${sent.wrong} were answered wrongly.`,
    '',
  ]
  lines.push('  The shop and its users are gone; the journal stays for you to ask:')
  const subject = state.stopped?.why.metric ?? ''
  for (const words of [`explain ${subject}`.trim(), 'history', 'status'])
    lines.push(`    ${color.cyan(`${command} ${words} --file ${folder}`)}`)
  lines.push('  Then your own:', `    ${color.cyan(`${command} init`)}`, '')
  return `${lines.join('\n')}\n`
}

/** From the step that broke it to the rollback the application confirmed. */
function reaction(state: State, events: readonly Event[]): readonly string[] {
  const intended = events.findLast((event) => event.type === 'intended' && event.move === 'rollback')
  const arrived = events.findLast((event) => event.type === 'arrived' && event.intent === intended?.seq)
  const broke = events.findLast((event) => event.type === 'arrived' && intended !== undefined && event.seq < intended.seq)
  const up = events.findLast((event) => event.type === 'intended' && event.move === 'advance')
  if (intended?.type !== 'intended' || up?.type !== 'intended' || !arrived || !broke) return []
  const taken = renderChanges(changesBetween(state.plan, up.exposures, intended.exposures))
  const step = stepsOf(state.plan)[up.cursor] ?? currentStep(state)
  return [
    `  Decided ${formatDuration(intended.at - broke.at)} after step ${(step?.index ?? 0) + 1} was reached; ${taken} confirmed by the application ${formatDuration(arrived.at - intended.at)} later.`,
  ]
}
