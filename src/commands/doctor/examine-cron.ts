import { longestGap } from '../../core/judge/watch.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { formatDuration } from '../../core/values/units.ts'
import { loadState } from '../../engine/load-state.ts'
import type { Session } from '../../session/session.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

const ELSEWHERE = 'rollout run watches by itself; state: postgres://… or etcd://… has a clock that all machines share'

/** Returns whether turns of `run --once` prove hold time: each is a process of its own, perhaps on a machine of its own. */
export async function examineCron(session: Session, plan: Plan): Promise<DoctorFinding> {
  const proves = `run --once proves hold time when it runs at least every ${formatDuration(longestGap(plan))}`
  const journal = await orNothing(session.journal())
  if (journal?.time) return { what: 'cron', level: 'ok', text: `${proves}, on any machine` }
  const warning = { what: 'cron', level: 'warning', hint: ELSEWHERE } as const
  if (!session.knowsBoot)
    return {
      ...warning,
      text: 'run --once proves no hold time here: this machine does not say which boot it is, and a folder has no clock',
    }
  const state = journal && (await orNothing(loadState(journal)))?.state
  if (state?.watch?.isSevered === true)
    return {
      ...warning,
      text: 'the last turn was on another machine or boot than the one before: a folder has no clock, and no time counts between them',
    }
  return { what: 'cron', level: 'ok', text: `${proves}, each time on this machine: a folder has no clock that others share` }
}

/** What cannot be read is said by the row of the journal. */
async function orNothing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (thrown) {
    if (thrown instanceof RolloutError) return undefined
    throw thrown
  }
}
