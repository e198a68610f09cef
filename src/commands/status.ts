import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Journal, Lease } from '../core/journal/store.ts'
import type { State } from '../core/journal/state.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { checkHere, loadState } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderStatus } from '../views/status.ts'
import { deadline, flag, type Input } from '../session/input.ts'
import { locate } from '../session/place.ts'
import { withUnheard } from '../session/glass.ts'
import { openState } from '../session/project.ts'
import { editedFiles } from '../session/edited-files.ts'

/** Where nobody tells of a new event it is looked for this often, in milliseconds. */
const REFRESH = 1000

/** Where the rollout is, from the journal alone: it works with a broken plan and with every target down. */
export default async function status(shell: Shell, input: Input): Promise<Outcome> {
  const { journal, state } = await openState(shell, input)
  show(shell, input, state, await leaseOf(journal))
  if (!flag(input, 'watch')) return outcomeOf(withUnheard(shell, input, state).state)
  const signal = deadline(shell, input)
  for (let shown = state; ;) {
    await journal.changed(shown.seq, REFRESH, signal)
    const { state: now } = await loadState(journal)
    if (!now) throw new RolloutError('config', { message: `the journal is gone (${journal.place})` })
    checkHere(now)
    if (now.seq !== shown.seq || shell.out.tty) show(shell, input, now, await leaseOf(journal))
    shown = now
  }
}

/** Who watches is worth a line, not an error. */
async function leaseOf(journal: Journal): Promise<Lease | undefined> {
  try {
    return await journal.lease()
  } catch {
    return undefined
  }
}

function show(shell: Shell, input: Input, journaled: State, lease: Lease | undefined): void {
  const { state, notes: unheard } = withUnheard(shell, input, journaled)
  const edited = editedFiles(locate(shell, input).folder, state)
  const summary = summarize(situationOf(state, shell.clock.now()), lease)
  if (flag(input, 'json')) return writeJson({ ...summary, edited }, shell.out)
  const notes =
    edited.length === 0 ? [] : [`${edited.join(', ')} changed since the plan was frozen: rollout plan shows what that would mean`]
  const clear = flag(input, 'watch') && shell.out.tty ? '\u001b[H\u001b[J' : ''
  shell.out.write(clear + renderStatus(summary, state.plan, shell.out, [...unheard, ...notes]))
}

function outcomeOf({ status: is, intent }: State): Outcome {
  if (intent) return 'partial'
  return is === 'rolled back' ? 'unhealthy' : is === 'paused' ? 'notYet' : 'done'
}
