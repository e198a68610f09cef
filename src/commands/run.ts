import type { Event } from '../core/journal/event.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { byHand } from '../engine/apply.ts'
import { stateOf } from '../engine/engine.ts'
import { outcomeOfRun, run as turns, runOnce } from '../engine/run.ts'
import { becomeController } from '../session/controller.ts'
import { loadAhead } from '../session/load-ahead.ts'
import { openLastingEngine } from '../session/open-engine.ts'
import { openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { lastingNotifierOf } from '../session/tell.ts'
import { renderEnding, renderOvertaken } from '../views/ending.ts'
import { describeEvent } from '../views/event.ts'
import { openLive, type Live } from '../views/live.ts'
import type { ValuesOf } from './table.ts'

/** What a page that shows the end alone tells of the way there, and how much of it. */
const TOLD: ReadonlySet<Event['type']> = new Set(['intended', 'paused', 'resumed', 'blocked', 'completed', 'closed'])
const MOST_TOLD = 50

/** Watches and acts until the rollout is complete or rolled back; `--once` takes one turn. */
export default async function run(session: Session<ValuesOf<'run'>>): Promise<VerbAnswer> {
  const { once, exitOnPause } = session.options
  const writer = await openRollout(session)
  const live = session.live(openLive)
  const told: string[] = []
  writer.follow((event, before) => {
    live.event({ event, before })
    if (!TOLD.has(event.type)) return
    told.push(describeEvent({ event, before }))
    if (told.length > MOST_TOLD) told.shift()
  })
  const engine = await openLastingEngine(session, writer)
  const notifier = await lastingNotifierOf(session, writer)
  const own = becomeController(session)
  const leading = { controller: own.controller, alive: session.alive }
  if (!once) await loadAhead()
  let isOvertaken = false
  try {
    if (once) live.turn(await runOnce(engine, { ...leading, notifier }))
    else await watch(turns(engine, { ...leading, notifier, exitOnPause }), live)
  } catch (thrown) {
    // A rollback ends the controller it overtakes: that is how this run ended, not by a signal.
    await writer.refresh()
    if (!session.stopped.aborted || stateOf(engine).status !== 'rolled back') throw thrown
    isOvertaken = true
  } finally {
    own.withdraw()
    live.end()
  }
  const last = stateOf(engine)
  const summary = summarize(situationOf(last, session.clock.now()))
  // What the other command has begun is no part that failed: it sees to the end of it.
  const isUnderWay = isOvertaken && last.intent !== undefined
  return {
    outcome: isUnderWay ? 'unhealthy' : outcomeOfRun(last),
    kind: 'status',
    value: summary,
    told,
    text: (out) => (isUnderWay ? renderOvertaken(last, out) : renderEnding(last, summary.waitsFor, byHand(engine, last), out)),
  }
}

async function watch(all: ReturnType<typeof turns>, live: Live): Promise<void> {
  for await (const turn of all) live.turn(turn)
}
