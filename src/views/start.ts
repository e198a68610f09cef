import { plural } from '../core/values/plural.ts'
import { journalName } from '../core/journal/identity.ts'
import type { Plan } from '../core/plan/plan.ts'
import { stepsOf } from '../core/plan/steps.ts'
import type { Beginning } from '../core/policy/beginning.ts'
import type { Summary } from '../core/report/summary.ts'
import type { Stream } from '../core/values/stream.ts'
import { renderAdopted } from './adopted.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { nextCommand, renderWord } from './status.ts'

/** What came of a start. */
export interface Begun {
  readonly did: 'started' | 'already started' | 'already reached'
  readonly summary: Summary
  readonly plan: Plan
  /** What it goes on from, where that is what a lost journal has left. */
  readonly adopting?: Beginning
  /** Whether a journal here has reached what is reached already. */
  readonly hasJournal?: boolean
}

/** Renders what `rollout start` did, and what to type next. */
export function renderStart({ did, summary, plan, adopting, hasJournal }: Begun, stream: Stream): string {
  const color = paint(stream)
  const name = clean(journalName(plan))
  const { step } = summary
  const where = step ? `step ${step.number} of ${step.of}` : 'before the first step'
  const before = step ? `\n  it begins after ${where}: the rollout before has brought it there` : ''
  const said = {
    started:
      `started ${name}: ${plural(stepsOf(plan).length, 'step')} in ${plural(plan.phases.length, 'phase')}; nothing was written to a target yet` +
      (adopting ? renderAdopted(plan, adopting) : before),
    'already started': `${name} is started already  ${renderWord(summary.status, stream)}  ${where}; nothing was changed`,
    'already reached': `nothing is to be rolled out: every toggle of ${name} is where the plan ends; nothing was changed`,
  }[did]
  const reached = hasJournal
    ? nextCommand({ status: 'complete' })
    : 'no journal here says how; rollout rollback --all takes every toggle to its default'
  return `${said}\n  ${color.dim(did === 'already reached' ? reached : nextCommand(summary))}\n`
}
