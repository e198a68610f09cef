import { RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { Event } from '../../core/journal/event.ts'
import { metricsIn, retell, type Retold } from '../../core/forecast/counterfactual.ts'
import { metricsOf, type Plan } from '../../core/plan/plan.ts'
import { renderRetold } from '../../views/retold.ts'
import { fence } from '../../session/github.ts'
import { loadPlan, readEvents } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'

/**
 * Judges and decides again what a journal holds of past rollouts: by the plans they ran with, which comes to the same to
 * the last bit; and by another plan, until it would have led elsewhere.
 */
export async function backtestJournal(session: Session<ValuesOf<'backtest'>>): Promise<VerbAnswer> {
  const { env, uuid, options } = session
  const { journal, events } = await readEvents(session)
  const known = metricsIn(events)
  const other = options.with === undefined ? undefined : await readOther(session, events, options.with)
  const leftOut = other ? metricsOf(other).filter((name) => !known.has(name)) : []
  const rollouts = retell(events, other && without(other, leftOut))
  const report = { rollouts, ...(options.with !== undefined && { with: options.with, leftOut }) }
  return {
    outcome: outcomeOf(rollouts),
    kind: 'replay',
    value: report,
    text: (out) => {
      const shown = renderRetold(report, journal.place, out)
      return env['GITHUB_ACTIONS'] === 'true' ? fence(shown, uuid()) : shown
    },
  }
}

/** The other plan, of the environment that the journal is of. */
async function readOther(session: Session<ValuesOf<'backtest'>>, events: readonly Event[], file: string): Promise<Plan> {
  const started = events.find((event) => event.type === 'started')
  const env = session.options.env ?? (started?.type === 'started' ? started.plan.environment : undefined)
  const { plan } = await loadPlan(session.reopen({ file, env }), { isNew: true, withoutChannels: true })
  const { environment = '' } = plan
  if (started?.type === 'started' && environment !== (started.plan.environment ?? ''))
    throw new RolloutError('usage', { message: `${file} has another environment than the journal`, hint: '-e names one' })
  return plan
}

/** What nobody counted then says nothing now. */
function without(plan: Plan, names: readonly string[]): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    metrics: phase.metrics.filter((name) => !names.includes(name)),
    success: phase.success.filter(({ metric }) => !names.includes(metric)),
  }))
  return { ...plan, phases }
}

function outcomeOf(rollouts: readonly Retold[]): Outcome {
  const turns = rollouts.flatMap(({ parting }) => (parting ? [parting.other?.do] : []))
  const isUnlike = rollouts.some(({ different, decisions }) => different.length > 0 || decisions.some(({ is }) => is === 'different'))
  if (isUnlike || turns.some((each) => each === 'rollback' || each === 'step-back')) return 'unhealthy'
  return turns.length > 0 ? 'notYet' : 'done'
}
