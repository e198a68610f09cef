import type { OpenMetric } from '../../adapters/open.ts'
import { episodesOf, openReplay, replay } from '../../core/forecast/replay.ts'
import { ANSWERS } from '../../core/forecast/trial.ts'
import { messageOf, RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Span } from '../../core/ports.ts'
import { formatFraction, formatInstant, type Instant } from '../../core/values/units.ts'
import { renderBacktest, type BacktestReport, type Recalled } from '../../views/backtest.ts'
import { clean } from '../../views/clean.ts'
import { fence } from '../../session/github.ts'
import { instantOf, WHEN_HINT } from '../../session/instant-of.ts'
import { openProgress } from '../../session/progress.ts'
import { readPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

/** More polls than this are no week: with a shorter interval the steps are made longer. */
const USUAL_POLLS = 100_000
const MOST_POLLS = 1_000_000

/**
 * Judges what the metrics were in the past as if a step had been held all that time, by the plan of the file; or what a
 * journal holds of past rollouts.
 */
export default async function backtest(session: Session<ValuesOf<'backtest'>>): Promise<VerbAnswer> {
  if (session.options.journal) return (await import('./journal.ts')).backtestJournal(session)
  const { signal, lender, env, uuid } = session
  const plan = await readPlan(session)
  const span = spanOf(session, plan)
  const { openMetrics } = await import('../../adapters/open.ts')
  const metrics = await openMetrics(plan, Object.keys(plan.metrics), lender)
  const recalled = await Promise.all(metrics.map(async (metric) => recall(session, plan, metric, span)))
  signal.throwIfAborted()
  const episodes = recalled.flatMap((each) => each.episodes).toSorted((a, b) => a.at - b.at)
  const report = { outcome: outcomeOf(recalled), ...span, metrics: recalled.map(({ row }) => row), episodes }
  return {
    outcome: report.outcome,
    kind: 'backtest',
    value: report,
    text: (out) => {
      const shown = renderBacktest(report, out)
      return env['GITHUB_ACTIONS'] === 'true' ? fence(shown, uuid()) : shown
    },
  }
}

interface Whole extends Pick<BacktestReport, 'episodes'> {
  readonly row: Recalled
}

async function recall(session: Session, plan: Plan, { name, history }: OpenMetric, span: Span): Promise<Whole> {
  const none = (not: string, failed = false): Whole => ({ row: { metric: name, not, ...(failed && { failed }) }, episodes: [] })
  let now = openReplay(plan, name, span.step)
  if (!now) return none('no phase is judged by it')
  if (!history) return none(plan.metrics[name]?.use ?? '')
  try {
    const tell = openProgress(session)
    for await (const past of history(span, session.signal)) {
      now = replay(now, past)
      tell(
        () => `${clean(name)}: replayed until ${formatInstant(past.at)}, ${formatFraction((past.at - span.from) / (span.to - span.from))}`,
      )
    }
  } catch (thrown) {
    return none(messageOf(thrown), true)
  }
  if (now.since === undefined) return none('nothing is recorded', true)
  return { row: { metric: name, since: now.since, steps: now.trials.map(({ trial }) => trial) }, episodes: episodesOf(now) }
}

/** Returns the exit code: a finding counts whatever else could not be looked at, and what could not be is never "nothing". */
function outcomeOf(recalled: readonly Whole[]): Outcome {
  const does = recalled.flatMap(({ episodes, row }) => [
    ...episodes.map((each) => each.does),
    ...(row.steps ?? []).flatMap(({ stopped }) => ANSWERS.filter((each) => (stopped[each] ?? 0) > 0)),
  ])
  if (does.some((each) => each !== 'pause')) return 'unhealthy'
  if (recalled.some(({ row }) => row.failed) || recalled.every(({ row }) => row.since === undefined)) return 'unreachable'
  return does.length > 0 ? 'notYet' : 'done'
}

function spanOf({ clock, options }: Session<ValuesOf<'backtest'>>, plan: Plan): Span {
  const now = clock.now()
  // Whole seconds, so that times and how long it is are as they are printed.
  const whole = (at: Instant): Instant => Math.floor(at / 1000) * 1000
  const from = whole(instantOf('from', options.from, now) ?? now - 7 * 864e5)
  const to = whole(instantOf('to', options.to, now) ?? now)
  if (from >= to) throw new RolloutError('usage', { message: '--from is not before --to', hint: WHEN_HINT })
  const step = options.step ?? Math.max(plan.interval, Math.ceil((to - from) / USUAL_POLLS / 1000) * 1000)
  if (step < 1 || (to - from) / step > MOST_POLLS)
    throw new RolloutError('usage', { message: `more than ${MOST_POLLS} polls would have to be replayed`, hint: 'a longer --step' })
  return { from, to, step: Math.round(step) }
}
