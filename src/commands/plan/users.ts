import type { Held } from '../../core/plan/environment.ts'
import { openCohortCount } from '../../core/plan/cohorts.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { weakSteps } from '../../core/check/weak-steps.ts'
import { renderProgress } from '../../views/users.ts'
import type { UsersReport } from '../../core/report/plan-report.ts'
import type { Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { readUsers } from './users-file.ts'

/** Users between two signs of life: on a terminal, and in a log. */
const OFTEN = 20_000
const SELDOM = 250_000

/** Counts the users of `--users FILE`, and says what the steps ahead can show. */
export async function usersOf(
  { options: { users: path }, cwd, err, stopped }: Session<ValuesOf<'plan'>>,
  plan: Plan,
  from: Held & { readonly cursor: number },
): Promise<UsersReport> {
  if (path === undefined)
    return { ...(plan.users && { users: plan.users.count }), weak: plan.users ? weakSteps(plan, plan.users, from.cursor + 1) : [] }
  const counting = openCohortCount(plan, from)
  const seen = new Set<string>()
  let twice = 0
  for await (const { id, attributes } of readUsers(path, cwd)) {
    if (seen.has(id)) twice += 1
    else {
      seen.add(id)
      counting.add(id, attributes)
    }
    if ((seen.size + twice) % (err.tty ? OFTEN : SELDOM) !== 0) continue
    err.write(renderProgress(seen.size, err))
    stopped.throwIfAborted()
  }
  if (err.tty && seen.size >= OFTEN) err.write('\r\u001b[K')
  if (twice > 0) err.write(`${twice} ids are written twice and count once\n`)
  const { users, steps } = counting.result()
  const known = { requests: 20, errors: 0.005, ...plan.users, count: users }
  return { users, joining: steps, weak: weakSteps(plan, known, from.cursor + 1) }
}
