import { contingencyOf } from '../../core/policy/contingency.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { State } from '../../core/journal/state.ts'
import { readRecent } from '../../engine/recent.ts'
import { suggest } from '../../core/values/suggest.ts'
import { happenings, type Happening } from '../../views/event.ts'
import { renderDecision, renderEventPage, renderToggle } from '../../views/explain.ts'
import { renderMetric } from '../../views/explain-metric.ts'
import { renderContingency, renderRisk } from '../../views/risk.ts'
import { referencesBeside } from './beside.ts'
import { decisionPage, eventPage, happeningAt, isTold, metricPage, togglePage } from './pages.ts'
import { openState } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import type { ValuesOf } from '../table.ts'
import { contingencyPage, riskPage } from '../../session/risks.ts'

type Page = Pick<VerbAnswer, 'kind' | 'value' | 'text'>

/** Explains the decision now, a metric, an event by its number, a toggle, a risk or a contingency. From the journal alone. */
export default async function explain(session: Session<ValuesOf<'explain'>>): Promise<VerbAnswer> {
  const { user, attribute, subject } = session.options
  if (user !== undefined) return { outcome: 'done', ...(await userAnswer(session, user, attribute)) }
  const { journal, state } = await openState(session)
  const { from, events } =
    subject === undefined ? await readRecent(journal, (recent) => isTold(state, recent)) : { events: await journal.read() }
  const all = happenings(events, from)
  return { outcome: 'done', ...(await pageOf(session, state, all, subject)) }
}

async function userAnswer(session: Session, user: string, attributes: Readonly<Record<string, string>>): Promise<Page> {
  const [{ userPage }, { renderUser }] = await Promise.all([import('./user.ts'), import('../../views/user.ts')])
  const page = await userPage(session, user, attributes)
  return { kind: 'user', value: page, text: (out) => renderUser(page, out) }
}

async function pageOf(session: Session, state: State, all: readonly Happening[], subject: string | undefined): Promise<Page> {
  const { clock } = session
  if (subject === undefined) {
    const page = decisionPage(state, all, clock.now())
    return { kind: 'decision', value: page, text: (out) => renderDecision(page, out) }
  }
  const number = /^#?(\d+)$/.exec(subject)?.[1]
  if (number !== undefined) {
    const happening = happeningAt(all, Number(number))
    if (!happening)
      throw new RolloutError('usage', {
        message: `there is no event #${number}`,
        hint: `the newest is #${all.length}; rollout history lists them`,
      })
    const page = eventPage(all, happening)
    return { kind: 'event', value: page, text: (out) => renderEventPage(page, happening, out) }
  }
  const metric = Object.hasOwn(state.plan.metrics, subject) ? state.plan.metrics[subject] : undefined
  if (metric) {
    const page = metricPage(state, all, subject, metric)
    return { kind: 'metric', value: page, text: (out) => renderMetric(page, out) }
  }
  const toggle = Object.hasOwn(state.plan.toggles, subject) ? state.plan.toggles[subject] : undefined
  if (toggle) {
    const references = await referencesBeside(session, state.plan, subject)
    const page = { ...togglePage(state, all, subject, toggle), ...(references && { references }) }
    return { kind: 'toggle', value: page, text: (out) => renderToggle(page, out) }
  }
  const { risks = {}, contingencies = {} } = state.plan
  const risk = Object.hasOwn(risks, subject) ? risks[subject] : undefined
  if (risk) {
    const page = riskPage(state, subject, risk)
    return { kind: 'risk', value: page, text: (out) => renderRisk(page, out) }
  }
  const contingency = contingencyOf(state.plan, subject)
  if (contingency) {
    const page = contingencyPage(state, subject, contingency)
    return { kind: 'contingency', value: page, text: (out) => renderContingency(page, out) }
  }
  const near = suggest(subject, [state.plan.metrics, state.plan.toggles, risks, contingencies].flatMap(Object.keys))
  const hint =
    near === undefined
      ? `a metric (${Object.keys(state.plan.metrics).join(', ')}), a toggle, a risk, a contingency, or a number of rollout history`
      : `did you mean ${near}?`
  throw new RolloutError('usage', {
    message: `"${subject}" is neither a metric, a toggle, a risk, a contingency nor a number of the history`,
    hint,
  })
}
