import type { Outcome } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import { evolve } from '../core/journal/fold.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { byHand } from '../engine/apply.ts'
import { stateOf } from '../engine/engine.ts'
import { outcomeOfRun, run as turns, runOnce } from '../engine/run.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderByHand } from '../views/advance.ts'
import { openLive, type Live } from '../views/live.ts'
import { becomeController } from '../session/controller.ts'
import { flag, type Input } from '../session/input.ts'
import { openEngine, openRollout } from '../session/project.ts'
import { notifierOf } from '../session/tell.ts'

/** Watches and acts until the rollout is complete or rolled back; `--once` takes one turn. */
export default async function run(shell: Shell, input: Input): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  let state = stateOf({ writer })
  const live = openLive(shell, flag(input, 'json'))
  const tellOf = (event: Event): void => {
    live.event({ event, before: state })
    state = evolve(state, event) ?? state
  }
  const engine = await openEngine(shell, input, writer, state.plan, tellOf)
  const notifier = await notifierOf(shell, input, writer, state.plan, tellOf)
  const own = becomeController(shell, input)
  const leading = { controller: own.controller, alive: shell.alive }
  try {
    if (flag(input, 'once')) live.turn(await runOnce(engine, { ...leading, notifier }))
    else await watch(turns(engine, { ...leading, notifier, exitOnPause: flag(input, 'exitOnPause') }), live)
  } catch (thrown) {
    // A rollback ends the controller it overtakes: that is how this run ended, not by a signal.
    await writer.refresh()
    if (!shell.signal.aborted || stateOf(engine).status !== 'rolled back') throw thrown
  } finally {
    own.withdraw()
    live.end()
  }
  const last = stateOf(engine)
  if (flag(input, 'json')) writeJson(summarize(situationOf(last, shell.clock.now())), shell.out)
  else if (last.intent)
    shell.out.write(
      renderByHand(last, byHand(engine, last), shell.out)
        .map((line) => `${line}\n`)
        .join(''),
    )
  return outcomeOfRun(last)
}

async function watch(all: ReturnType<typeof turns>, live: Live): Promise<void> {
  for await (const turn of all) live.turn(turn)
}
