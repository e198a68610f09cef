import { resolve } from 'node:path'
import { checkNewBranch, commitOnBranch, dirtyFiles, pushBranch, askGit } from '../../adapters/tree/git.ts'
import { writeTree } from '../../adapters/tree/write.ts'
import { spawn } from '../../adapters/spawn.ts'
import { webPlaceOf, requestLink } from '../../code/link.ts'
import { linesOf, patchOf } from '../../code/patch.ts'
import type { State } from '../../core/journal/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { removable } from '../../core/policy/removable.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { joinFew } from '../../core/values/join-few.ts'
import { lastAnswered } from '../../session/last-answered.ts'
import { readPlan } from '../../session/project.ts'
import { rolloutsIn } from '../../session/rollouts.ts'
import type { Session, VerbAnswer } from '../../session/session.ts'
import { openPlanStore } from '../../session/store.ts'
import { placesLeft, renderRemoval, type Removal } from '../../views/removal.ts'
import { changesWithout, type Changes } from './changes.ts'
import { knownToggle } from './known.ts'
import type { ValuesOf } from '../table.ts'

type Removing = Session<ValuesOf<'toggles'>>

/**
 * Takes a toggle whose rollout has ended out of the code and the plan. The project's own check is run before and after;
 * where it fails, every file is as it was.
 */
export async function remove(session: Removing): Promise<VerbAnswer> {
  const { options } = session
  if (options.toggle === undefined) throw new RolloutError('usage', { message: 'which toggle?', hint: 'rollout toggles remove TOGGLE' })
  const plan = await readPlan(session)
  const toggle = knownToggle(plan, options.toggle)
  const states = await statesOf(session, plan)
  const { toggles: answered, problems: unasked } = await lastAnswered(session, plan)
  for (const problem of unasked) session.err.write(`! ${problem}\n`)
  const sides = answered.get(toggle)
  const { keep, problems } = removable({
    plan,
    toggle,
    states,
    now: session.clock.now(),
    ...(options.keep && { keep: options.keep }),
    ...(sides && { answered: sides }),
  })
  if (problems.length > 0) throw new RolloutError('conflict', problems)
  const changes = await changesWithout(session, plan, toggle, keep)
  const isWritten = !options.dryRun && changes.files.length > 0
  const done = isWritten ? await apply(session, plan, toggle, changes) : {}
  const removal: Removal = {
    toggle,
    keep,
    applied: isWritten,
    files: changes.files.map((each) => ({ file: each.file, ...linesOf(each), ...(each.after === undefined && { deleted: true }) })),
    left: changes.left,
    tests: changes.tests,
    ...done,
    patch: patchOf(changes.files),
  }
  const outcome = placesLeft(removal).length === 0 ? 'done' : 'partial'
  return { outcome, kind: 'removal', value: removal, text: (out) => renderRemoval(removal, out) }
}

/** The rollouts of this plan, one an environment. Throws what keeps one of them from being read. */
async function statesOf(session: Session, { name }: Plan): Promise<readonly State[]> {
  const found = await rolloutsIn(await openPlanStore(session))
  return found.flatMap((each) => {
    if ('problem' in each) {
      if (each.name === name || each.name.startsWith(`${name}.`)) throw each.problem
      return []
    }
    return each.state.plan.name === name ? [each.state] : []
  })
}

async function apply(session: Removing, plan: Plan, toggle: string, changes: Changes): Promise<Pick<Removal, 'check' | 'branch' | 'link'>> {
  const { root, files } = changes
  await refuseDirty(session, changes)
  if (session.options.branch !== undefined) await checkNewBranch(root, session.options.branch, session)
  const check = plan.cleanup?.check
  if (check) await runCheck(session, plan, `before anything was changed: ${toggle} stays until it passes`)
  const restore = writeTree(files.map(({ file, after }) => ({ path: resolve(root, file), ...(after !== undefined && { after }) })))
  try {
    await readPlan(session).catch((thrown: unknown) => Promise.reject(withoutIt(thrown, toggle)))
    if (check) await runCheck(session, plan, `without ${toggle}: every file is as it was${testsIn(changes)}`)
    await commit(session, toggle, changes)
  } catch (thrown) {
    restore()
    throw thrown
  }
  return { ...(check && { check }), ...(await askFor(session, root)) }
}

async function refuseDirty(session: Removing, { root, files }: Changes): Promise<void> {
  if (session.options.allowDirty) return
  const dirty = await dirtyFiles(
    root,
    files.map(({ file }) => file),
    session,
  )
  const hint = 'commit or stash first, or --allow-dirty; --dry-run prints the patch'
  if (dirty === undefined)
    throw new RolloutError('conflict', { message: `${root} is no git repository: nothing could be taken back`, hint })
  if (dirty.length > 0) throw new RolloutError('conflict', { message: `not committed: ${joinFew(dirty)}`, hint })
}

/** Runs the command that says whether the project is whole. Throws `unhealthy` where it says no, `timeout` where it says nothing. */
async function runCheck(session: Removing, { cleanup }: Plan, when: string): Promise<void> {
  const { env, signal, place, err, options } = session
  if (!cleanup?.check) return
  const said = cleanup.check.join(' ')
  if (!options.json) err.write(`· ${said} …\n`)
  try {
    const how = { cwd: place.folder, env, signal, pass: Object.keys(env), timeout: cleanup.timeout, maxBytes: 64 << 20 }
    await spawn(cleanup.check, how)
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || signal.aborted) throw thrown
    const why = thrown.problems.map(({ message }) => message).join('; ')
    throw new RolloutError(
      thrown.code === 'timeout' ? 'timeout' : 'unhealthy',
      { message: `${said} fails ${when}`, hint: why },
      { cause: thrown },
    )
  }
}

function testsIn({ tests }: Changes): string {
  if (tests.length === 0) return ''
  return `; tests that name it: ${joinFew([...new Set(tests.map(({ file, line }) => `${file}:${line}`))])}`
}

/** The plan has other places that name it, which only people can decide about. */
function withoutIt(thrown: unknown, toggle: string): unknown {
  if (!(thrown instanceof RolloutError)) return thrown
  const first = { message: `without ${toggle} the plan is wrong: every file is as it was`, hint: 'mend the plan first' }
  return new RolloutError(thrown.code, [first, ...thrown.problems], { cause: thrown })
}

async function commit(session: Removing, toggle: string, { root, files }: Changes): Promise<void> {
  const { branch, reason } = session.options
  if (branch === undefined) return
  const message = `Remove ${toggle}${reason === undefined ? '' : `\n\n${reason}`}`
  await commitOnBranch(root, { branch, message, files: files.map(({ file }) => file) }, session)
}

/** The commit stays, whatever becomes of the push. */
async function askFor(session: Removing, root: string): Promise<Pick<Removal, 'branch' | 'link'>> {
  const { branch, pullRequest } = session.options
  if (branch === undefined) return {}
  if (!pullRequest) return { branch }
  const web = webPlaceOf((await askGit(root, ['remote', 'get-url', 'origin'], session)) ?? '')
  await pushBranch(root, branch, web?.kind === 'gitlab' ? ['merge_request.create'] : [], session)
  return { branch, ...(web && { link: requestLink(web, branch) }) }
}
