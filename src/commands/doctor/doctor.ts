import { plural } from '../../core/values/plural.ts'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from '../../adapters/spawn.ts'
import { messageOf, RolloutError, type Outcome, type Problem } from '../../core/values/errors.ts'
import { testMessage } from '../../core/journal/message.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Event } from '../../core/journal/event.ts'
import type { Journal } from '../../core/journal/store.ts'
import { formatInstant } from '../../core/values/units.ts'
import { loadState } from '../../engine/load-state.ts'
import { renderDoctor, type DoctorFinding } from '../../views/doctor.ts'
import { examineCode } from './examine-code.ts'
import { examineCron } from './examine-cron.ts'
import { examineMarks } from './examine-marks.ts'
import { examineNetwork } from './examine-network.ts'
import { examineProof } from './examine-proof.ts'
import { examineTold } from './examine-told.ts'
import { examineToggles } from './examine-toggles.ts'
import { examineWorkspace } from './examine-workspace.ts'
import { probeIds } from './ids.ts'
import { probeChannels } from './probe-channels.ts'
import { probeClocks, probeMetrics, probeTargets, type Probe } from './probe.ts'
import { loadPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

/** The oldest Node.js this is tested on: major, minor. */
const OLDEST = [20, 19] as const

/** Looks for what will hurt later. Writes nothing, to no target and to no journal; `--notify` sends each channel a test message. */
export default async function doctor(session: Session<ValuesOf<'doctor'>>): Promise<VerbAnswer> {
  const { signal, lender, clock, uuid, user, options } = session
  const { plan, rows } = await examinePlan(session)
  rows.unshift(examineNode(session.node))
  rows.push(...(await examineGit(session)), ...(await examineJournal(session, plan)))
  if (plan) {
    rows.push(...examineWorkspace(session), await examineCron(session, plan), ...(await examineMarks(session, plan)))
    rows.push(...(await examineToggles(session, plan)), ...(await examineCode(session, plan)))
    const probe: Probe = { plan, lender, signal }
    for (const look of [examineNetwork, probeTargets, probeMetrics, examineProof, probeClocks]) rows.push(...(await look(probe)))
    const test = options.notify ? testMessage(plan, clock.now(), user ?? 'doctor', uuid()) : undefined
    rows.push(...(await probeChannels(probe, test)), ...(await examineTold(session)))
    rows.push(...(await probeIds(session, options.users, probe)))
  }
  // What an interrupted read gave says nothing about who was to answer.
  signal.throwIfAborted()
  return { outcome: outcomeOf(rows), kind: 'doctor', value: { findings: rows }, text: (out) => renderDoctor(rows, out) }
}

/** Returns the exit code: a fault here is worse than two journals that contradict each other, and that than a server that does not answer. */
function outcomeOf(rows: readonly DoctorFinding[]): Outcome {
  const failed = rows.filter(({ level }) => level === 'failed')
  if (failed.length === 0) return 'done'
  const isAway = ({ what, isUnreachable }: DoctorFinding): boolean => isUnreachable === true || /^(?:target|metric|notify) /.test(what)
  if (failed.some((each) => !isAway(each) && each.what !== 'marks')) return 'config'
  return failed.some(({ what }) => what === 'marks') ? 'conflict' : 'unreachable'
}

function examineNode(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return { what: 'node', level: isOld ? 'failed' : 'ok', text: version, ...(isOld && { hint: `${OLDEST.join('.')} or newer is needed` }) }
}

async function examinePlan(session: Session): Promise<{ readonly plan?: Plan; readonly rows: DoctorFinding[] }> {
  try {
    const { plan, warnings } = await loadPlan(session)
    const rows = warnings.map((each) => finding('plan', 'warning', each))
    return {
      plan,
      rows: [
        { what: 'plan', level: 'ok', text: `${plural(askedToggles(plan).length, 'toggle')}, ${plural(plan.phases.length, 'phase')}` },
        ...rows,
      ],
    }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || thrown.code !== 'config') throw thrown
    return { rows: thrown.problems.map((each) => finding('plan', 'failed', each)) }
  }
}

function finding(what: string, level: DoctorFinding['level'], { message, hint, where }: Problem): DoctorFinding {
  return { what, level, text: message, ...(hint !== undefined && { hint }), ...(where && { where }) }
}

/** Asks git itself: ignore rules come from many places. Nothing to say where there is no git, or no repository. */
async function examineGit({ place: { folder }, env, signal }: Session): Promise<readonly DoctorFinding[]> {
  try {
    await spawn(['git', 'check-ignore', '--quiet', '.rollout/journal'], { cwd: folder, env, signal, timeout: 5000 })
    return [{ what: 'git', level: 'ok', text: '.rollout is ignored' }]
  } catch (thrown) {
    // git-check-ignore(1): 1 when the path is not ignored, 128 for everything else.
    if (!messageOf(thrown).endsWith('exited with 1')) return []
    return [{ what: 'git', level: 'warning', text: '.rollout is not ignored', hint: `echo '.rollout/' >> ${join(folder, '.gitignore')}` }]
  }
}

async function examineJournal(session: Session, plan: Plan | undefined): Promise<readonly DoctorFinding[]> {
  const folder = join(session.place.folder, '.rollout')
  if (!plan && !existsSync(folder)) return []
  try {
    const journal = await session.journal()
    // Reading all of it checks every hash.
    const events = await journal.read()
    const newest = events.at(-1)
    if (!newest) {
      await journal.probe?.()
      return [{ what: 'journal', level: 'ok', text: 'nothing was started yet' }]
    }
    return [
      ...examineAccess(journal.place),
      { what: 'journal', level: 'ok', text: `${events.length} events in ${journal.place}, every hash holds` },
      ...(await examineWriting(journal, newest)),
      ...(await examineController(journal)),
    ]
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    return unusable(thrown).slice(0, 1)
  }
}

/** Who may read and write a folder; a server says so itself. */
function examineAccess(folder: string): readonly DoctorFinding[] {
  if (!existsSync(folder)) return []
  const rows: DoctorFinding[] = []
  if ((statSync(folder).mode & 0o077) !== 0)
    rows.push({ what: 'journal', level: 'warning', text: `others may read ${folder}`, hint: `chmod 700 ${folder}` })
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    rows.push({
      what: 'journal',
      level: 'failed',
      text: `${folder} may not be written by this user`,
      hint: 'a rollback is recorded before anything moves: it needs this',
    })
  }
  return rows
}

/** Asks a server whether it can be written, by the newest event once more: it is there already, so nothing changes. */
async function examineWriting(journal: Journal, newest: Event): Promise<readonly DoctorFinding[]> {
  if (!journal.time) return []
  try {
    await journal.append(newest)
    return []
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    return unusable(thrown)
  }
}

/** Returns what the doctor says of a journal that cannot be read or written. */
function unusable({ code, problems }: RolloutError): readonly DoctorFinding[] {
  return problems.map((each) => ({ ...finding('journal', 'failed', each), ...(code === 'unreachable' && { isUnreachable: true }) }))
}

async function examineController(journal: Journal): Promise<readonly DoctorFinding[]> {
  const lease = await journal.lease()
  if (lease) {
    const { host, pid } = lease.holder
    return [{ what: 'controller', level: 'ok', text: `watched by ${host} pid ${pid} since ${formatInstant(lease.since)}` }]
  }
  const { state } = await loadState(journal)
  if (!state?.controller) return []
  const { host, pid, at } = state.controller
  const text = `nobody watches: ${host} pid ${pid} since ${formatInstant(at)} has fallen silent`
  return [{ what: 'controller', level: 'warning', text, hint: 'rollout run goes on from where it was' }]
}
