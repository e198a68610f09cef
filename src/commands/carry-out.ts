import type { Outcome } from '../core/values/errors.ts'
import type { JobPage } from '../session/job-page.ts'
import { openSession } from '../session/open-session.ts'
import { print } from '../session/print.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { Shell } from '../shell.ts'
import type { Row } from './option.ts'
import { readOptions, type Typed } from './read-options.ts'
import { GLOBAL, VERBS, type ValuesOf, type Verb } from './table.ts'

/** What carries out a verb; one that goes on gives an answer each time there is something new. */
type Command<Of extends Verb> = (session: Session<ValuesOf<Of>>) => Promise<VerbAnswer> | AsyncIterable<VerbAnswer>

/** Every verb of the table, loaded when it is typed. */
const LOADERS: { readonly [Of in Verb]: () => Promise<{ readonly default: Command<Of> }> } = {
  plan: async () => import('./plan/plan.ts'),
  start: async () => import('./start.ts'),
  run: async () => import('./run.ts'),
  advance: async () => import('./advance.ts'),
  pause: async () => import('./pause.ts'),
  resume: async () => import('./resume.ts'),
  approve: async () => import('./approve/approve.ts'),
  rollback: async () => import('./rollback/rollback.ts'),
  status: async () => import('./status.ts'),
  close: async () => import('./close.ts'),
  list: async () => import('./list.ts'),
  check: async () => import('./check/check.ts'),
  explain: async () => import('./explain/explain.ts'),
  history: async () => import('./history.ts'),
  toggles: async () => import('./toggles/toggles.ts'),
  simulate: async () => import('./simulate/simulate.ts'),
  backtest: async () => import('./backtest/backtest.ts'),
  drill: async () => import('./drill.ts'),
  init: async () => import('./init/init.ts'),
  docs: async () => import('./docs/docs.ts'),
  report: async () => import('./report.ts'),
  demo: async () => import('./demo.ts'),
  doctor: async () => import('./doctor/doctor.ts'),
  state: async () => import('./state.ts'),
  schema: async () => import('./schema.ts'),
  completion: async () => import('./completion.ts'),
}

/** Carries out a verb with what was typed for it, and prints what came of it. Throws `usage` before anything is loaded or done. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- one verb, its own options and its own command
export async function carryOut<Of extends Verb>(verb: Of, typed: Readonly<Record<string, Typed>>, shell: Shell): Promise<Outcome> {
  const row: Row = VERBS[verb]
  const options = readOptions({ ...VERBS[verb].options, ...GLOBAL }, typed, row.oneOf)
  const { default: command } = await LOADERS[verb]()
  const world = typed['noColor'] === true ? withoutColor(shell) : shell
  const session = openSession(world, options)
  const work = async (also?: JobPage['add']): Promise<Outcome> => print(world, session.options.json, command(session), also)
  // The others look, rehearse or write files: `check` has a page of its own.
  const isOnPage = row.group === 'Daily' && shell.env['GITHUB_ACTIONS'] === 'true'
  const outcome = await (isOnPage
    ? (await import('../session/job-page.ts')).onJobPage(world, options, { verb, verbs: Object.keys(VERBS) }, work)
    : work())
  if (row.tells) await (await import('../session/tell.ts')).tell(session)
  return outcome
}

function withoutColor(shell: Shell): Shell {
  return { ...shell, out: { ...shell.out, color: 0 }, err: { ...shell.err, color: 0 } }
}
