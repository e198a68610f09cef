import { contingencyOf } from '../../core/policy/contingency.ts'
import { RolloutError, type Outcome } from '../../core/values/errors.ts'
import type { State } from '../../core/journal/state.ts'
import { suggest } from '../../core/values/suggest.ts'
import type { Shell } from '../../shell.ts'
import { happenings, type Happening } from '../../views/event.ts'
import { renderDecision, renderEventPage, renderMetric, renderToggle } from '../../views/explain.ts'
import { writeJson } from '../../views/json.ts'
import { renderContingency, renderRisk } from '../../views/risk.ts'
import { flag, list, text, type Input } from '../../session/input.ts'
import { decisionPage, eventPage, metricPage, togglePage } from './pages.ts'
import { openState } from '../../session/project.ts'
import { contingencyPage, riskPage } from '../../session/risks.ts'

/** Why: the decision now, a metric, an event by its number, a toggle, a risk or a contingency. From the journal alone. */
export default async function explain(shell: Shell, input: Input): Promise<Outcome> {
  if (text(input, 'user') !== undefined) return explainUser(shell, input)
  if (list(input, 'attribute').length > 0)
    throw new RolloutError('usage', {
      message: '--attribute says something of a user',
      hint: 'rollout explain --user ID --attribute plan=beta',
    })
  const { journal, state } = await openState(shell, input)
  const all = happenings(await journal.read())
  const page = pageOf(shell, state, all, input.args[0])
  if (flag(input, 'json')) writeJson(page.value, shell.out)
  else shell.out.write(page.text)
  return 'done'
}

async function explainUser(shell: Shell, input: Input): Promise<Outcome> {
  if (input.args.length > 0) throw new RolloutError('usage', { message: '--user goes without a subject', hint: 'it lists every toggle' })
  const [{ userPage }, { renderUser }] = await Promise.all([import('./user.ts'), import('../../views/user.ts')])
  const page = await userPage(shell, input)
  if (flag(input, 'json')) writeJson(page, shell.out)
  else shell.out.write(renderUser(page, shell.out))
  return 'done'
}

function pageOf(
  { clock, out }: Shell,
  state: State,
  all: readonly Happening[],
  subject: string | undefined,
): { readonly value: unknown; readonly text: string } {
  if (subject === undefined) {
    const page = decisionPage(state, all, clock.now())
    return { value: page, text: renderDecision(page, out) }
  }
  const number = /^#?(\d+)$/.exec(subject)?.[1]
  if (number !== undefined) {
    const happening = all[Number(number) - 1]
    if (!happening)
      throw new RolloutError('usage', {
        message: `there is no event #${number}`,
        hint: `the newest is #${all.length}; rollout history lists them`,
      })
    const page = eventPage(all, happening)
    return { value: page, text: renderEventPage(page, happening, out) }
  }
  const metric = Object.hasOwn(state.plan.metrics, subject) ? state.plan.metrics[subject] : undefined
  if (metric) {
    const page = metricPage(state, all, subject, metric)
    return { value: page, text: renderMetric(page, out) }
  }
  const toggle = Object.hasOwn(state.plan.toggles, subject) ? state.plan.toggles[subject] : undefined
  if (toggle) {
    const page = togglePage(state, all, subject, toggle)
    return { value: page, text: renderToggle(page, out) }
  }
  const { risks = {}, contingencies = {} } = state.plan
  const risk = Object.hasOwn(risks, subject) ? risks[subject] : undefined
  if (risk) {
    const page = riskPage(state, subject, risk)
    return { value: page, text: renderRisk(page, out) }
  }
  const contingency = contingencyOf(state.plan, subject)
  if (contingency) {
    const page = contingencyPage(state, subject, contingency)
    return { value: page, text: renderContingency(page, out) }
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
