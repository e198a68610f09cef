import { joinFew } from '../../core/values/join-few.ts'
import { defined } from '../../core/values/defined.ts'
import { isEnded, type State } from '../../core/journal/state.ts'
import type { Notice } from '../../core/journal/notice.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { askedToggles } from '../../core/plan/shadow.ts'
import { unaskedFor, UPKEEP, unusedIn, upkeepOf, type Upkeep } from '../../core/report/upkeep.ts'
import { formatExposure } from '../../core/values/units.ts'
import { loadState } from '../../engine/load-state.ts'
import { renderToggles, type ToggleRow } from '../../views/toggles.ts'
import { lastAnswered } from '../../session/last-answered.ts'
import { readPlan } from '../../session/project.ts'
import { findReferences } from '../../session/references.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { MACHINE } from '../../session/signature.ts'
import { tellOnce } from '../../session/tell.ts'
import { unknownToggles } from '../../session/unknown-toggles.ts'
import type { ValuesOf } from '../table.ts'

/** Lists the inventory and what is due of it: of the running rollout when there is one, else of the plan file. */
export async function inventory(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { options } = session
  const { state } = await loadState(await session.journal())
  // What a rollout that is over has frozen says nothing of toggles that were removed since.
  const plan = state && !isEnded(state) ? state.plan : await readPlan(session)
  const isAll = !options.unknown && UPKEEP.every((kind) => !options[kind])
  const { due: found, problems } = await dueOf(session, plan, state)
  const upkeep = found.filter(({ is }) => isAll || options[is])
  const rows = rowsOf(plan, state, upkeep).filter(({ due }) => isAll || due.length > 0)
  const strangers = options.unknown ? await unknownToggles(session, plan) : { unknown: [], problems: [] }
  const asked = [...(UPKEEP.some((kind) => options[kind]) ? ['due'] : []), ...(options.unknown ? ['unknown'] : [])]
  const rest = { asked, unknown: strangers.unknown, problems: [...problems, ...strangers.problems] }
  return {
    outcome: rest.problems.length > 0 ? 'partial' : 'done',
    kind: 'toggles',
    value: {
      toggles: rows,
      ...(options.unknown && { unknown: rest.unknown }),
      ...(rest.problems.length > 0 && { problems: rest.problems }),
    },
    text: (out) => renderToggles(rows, rest, out),
    ...(options.notify && { afterwards: async () => notify(session, plan, upkeep) }),
  }
}

/** Reading all code takes time: only whoever asks for it waits. */
async function dueOf(session: Session<ValuesOf<'toggles'>>, plan: Plan, state: State | undefined) {
  const now = session.clock.now()
  const due = upkeepOf(plan, state, now)
  if (!session.options.unused) return { due, problems: [] }
  const references = await findReferences(session, plan, Object.keys(plan.toggles))
  const { toggles: answered, problems } = await lastAnswered(session, plan)
  return { due: [...due, ...unusedIn(plan, references), ...unaskedFor(plan, answered, now)], problems }
}

function rowsOf(plan: Plan, state: State | undefined, upkeep: readonly Upkeep[]): readonly ToggleRow[] {
  const asked = new Set(askedToggles(plan))
  const declared = Object.entries(plan.toggles).filter(([name]) => asked.has(name))
  return declared.map(([name, toggle]) => {
    const due = upkeep.filter((each) => each.toggle === name).map(({ is, text }) => ({ is, text }))
    const { kind, core, targets, requires, owner, removeBy, description } = toggle
    return defined({
      name,
      kind,
      exposure: formatExposure(state?.exposures[name] ?? toggle.default),
      default: formatExposure(toggle.default),
      targets,
      requires,
      phase: plan.phases.find((phase) => phase.toggles.includes(name))?.id ?? '',
      core,
      overdue: due.some(({ is }) => is === 'overdue'),
      due,
      owner,
      removeBy,
      description,
    })
  })
}

/** Tells the channels that listen to `stale` what is due and whose it is; nothing where nothing is. */
async function notify(session: Session, plan: Plan, upkeep: readonly Upkeep[]): Promise<void> {
  const listening = Object.values(plan.notify ?? {}).some(({ events }) => events.includes('stale'))
  if (!listening) session.err.write('! no channel of the plan listens to stale: notify: … events: [stale]\n')
  if (!listening || upkeep.length === 0) return
  const each = upkeep.map(({ toggle, text, owner }) => `${toggle}${owner === undefined ? '' : ` (${owner})`} ${text}`)
  const notice: Notice = {
    kind: 'stale',
    seq: 0,
    id: session.uuid(),
    at: session.clock.now(),
    actor: session.user ?? MACHINE,
    about: joinFew(each, '; '),
    changes: [],
    phase: '',
    step: 0,
    steps: 0,
  }
  await tellOnce(session, plan, notice)
}
