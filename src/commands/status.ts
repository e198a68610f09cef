import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { State } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { checkHere, loadState } from '../engine/load-state.ts'
import { leaseOf } from '../session/lease.ts'
import type { Looked } from '../session/with-targets.ts'
import { withUnheard } from '../session/unheard.ts'
import { editedFiles, openState } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { renderStatus } from '../views/status.ts'
import type { ValuesOf } from './table.ts'

/** Where nobody tells of a new event it is looked for this often, in milliseconds. */
const REFRESH = 1000

/**
 * Shows where the rollout is, from the journal: it works with a broken plan and with every target down. Targets are looked
 * at for what speaks against the journal: their marks, and in files the words.
 */
export default async function* status(session: Session<ValuesOf<'status'>>): AsyncGenerator<VerbAnswer> {
  const { journal, state } = await openState(session)
  yield await answerOf(session, journal, state)
  if (!session.options.watch) return
  for (let shown = state; ;) {
    await journal.changed(shown.seq, REFRESH, session.signal)
    if (session.isUnread()) return
    const { state: now } = await loadState(journal)
    if (!now) throw new RolloutError('config', { message: `the journal is gone (${journal.place})` })
    checkHere(now)
    if (now.seq !== shown.seq || session.isLive) yield await answerOf(session, journal, now)
    shown = now
  }
}

async function answerOf(session: Session<ValuesOf<'status'>>, journal: Journal, journaled: State): Promise<VerbAnswer> {
  const { options, clock, isLive } = session
  const { state: heard, notes: unheard } = await withUnheard(session, journaled)
  const lease = await leaseOf(session, journal)
  const { state, differs, notes: said } = await looked(session, journal, heard)
  const edited = editedFiles(session, state)
  const summary = summarize(situationOf(state, clock.now()), lease)
  const notes =
    edited.length === 0 ? [] : [`${edited.join(', ')} changed since the plan was frozen: rollout plan shows what that would mean`]
  const render = options.watch && isLive ? (await import('../views/status-again.ts')).renderStatusAgain : renderStatus
  return {
    outcome: differs && !state.intent ? 'unhealthy' : outcomeOf(state),
    kind: 'status',
    value: { ...summary, edited },
    text: (out) => render(summary, state.plan, out, [...unheard, ...said, ...notes]),
  }
}

/** Of a rollout that has written nothing the journal is all there is: no target is opened for it. */
async function looked(session: Session, journal: Journal, state: State): Promise<Looked> {
  if (state.epoch === 0 && !state.adopted) return { state, differs: false, notes: [] }
  return (await import('../session/with-targets.ts')).withTargets(session, journal, state)
}

function outcomeOf({ status: is, intent }: State): Outcome {
  if (intent && is !== 'closed') return 'partial'
  return is === 'rolled back' ? 'unhealthy' : is === 'paused' ? 'notYet' : 'done'
}
