import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Lease } from '../core/journal/store.ts'
import type { State } from '../core/journal/state.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { checkHere, loadState } from '../engine/writer.ts'
import { leaseOf } from '../session/lease.ts'
import { withUnheard } from '../session/unheard.ts'
import { editedFiles, openState } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { renderStatus, renderStatusAgain } from '../views/status.ts'
import type { ValuesOf } from './table.ts'

/** Where nobody tells of a new event it is looked for this often, in milliseconds. */
const REFRESH = 1000

/** Shows where the rollout is, from the journal alone: it works with a broken plan and with every target down. */
export default async function* status(session: Session<ValuesOf<'status'>>): AsyncGenerator<VerbAnswer> {
  const { journal, state } = await openState(session)
  yield answerOf(session, state, await leaseOf(journal))
  if (!session.options.watch) return
  for (let shown = state; ;) {
    await journal.changed(shown.seq, REFRESH, session.signal)
    if (session.isUnread()) return
    const { state: now } = await loadState(journal)
    if (!now) throw new RolloutError('config', { message: `the journal is gone (${journal.place})` })
    checkHere(now)
    if (now.seq !== shown.seq || session.isLive) yield answerOf(session, now, await leaseOf(journal))
    shown = now
  }
}

function answerOf(session: Session<ValuesOf<'status'>>, journaled: State, lease: Lease | undefined): VerbAnswer {
  const { options, clock, isLive } = session
  const { state, notes: unheard } = withUnheard(session, journaled)
  const edited = editedFiles(session, state)
  const summary = summarize(situationOf(state, clock.now()), lease)
  const notes =
    edited.length === 0 ? [] : [`${edited.join(', ')} changed since the plan was frozen: rollout plan shows what that would mean`]
  const render = options.watch && isLive ? renderStatusAgain : renderStatus
  return {
    outcome: outcomeOf(state),
    kind: 'status',
    value: { ...summary, edited },
    text: (out) => render(summary, state.plan, out, [...unheard, ...notes]),
  }
}

function outcomeOf({ status: is, intent }: State): Outcome {
  if (intent && is !== 'closed') return 'partial'
  return is === 'rolled back' ? 'unhealthy' : is === 'paused' ? 'notYet' : 'done'
}
