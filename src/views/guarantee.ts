import type { Guarantee } from '../core/forecast/guarantee.ts'
import type { Foretold } from '../core/forecast/foretell.ts'
import { describeNegligible } from '../core/evidence/describe-negligible.ts'
import type { RampForecast } from '../core/forecast/ramp.ts'
import type { Evidence } from '../core/plan/plan.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatMinutes } from '../core/values/format-minutes.ts'
import { formatFraction } from '../core/values/units.ts'
import { badText } from './bad-text.ts'
import { clean } from './clean.ts'
import { finerText } from './finer-text.ts'
import { outlookText } from './outlook-text.ts'
import { paint } from './paint.ts'

interface Promised {
  readonly guarantees: readonly Guarantee[]
  readonly outlooks: readonly Foretold[]
}

/** Renders what is promised and how long it takes to keep it: one line for all phases of which the same is true. */
export function renderGuarantees({ guarantees, outlooks }: Promised, stream: Stream): string {
  const said = new Map<string, string[]>()
  for (const guarantee of guarantees) {
    const outlook = outlooks.find(({ phase }) => phase === guarantee.phase)
    for (const text of [...promisesOf(guarantee), ...(outlook ? foretoldLines(outlook) : [])])
      said.set(text, [...(said.get(text) ?? []), guarantee.phase])
  }
  return [...said].map(([text, phases]) => `  ${paint(stream).dim(clean(`${phases.join(', ')}: ${text}`))}\n`).join('')
}

/** Returns what one phase promises, and what it cannot. */
export function promisesOf({ evidence, compared, single, counted, numbers }: Guarantee): readonly string[] {
  const lines: string[] = []
  if (evidence) {
    const { alpha, beta, tolerance, critical } = evidence.policy
    const own = Object.entries(compared).flatMap(([metric, bounds]) =>
      bounds.tolerance === undefined && bounds.critical === undefined
        ? []
        : [`${metric}: ${bounds.tolerance ?? tolerance}× and ${bounds.critical ?? critical}×`],
    )
    const ownNegligible = Object.entries(compared).flatMap(([metric, bounds]) =>
      bounds.negligible === undefined ? [] : [`${metric}: ${describeNegligible(bounds)}`],
    )
    lines.push(
      `at most ${formatFraction(alpha)} of releases up to ${tolerance}× as bad are rolled back, at most ${formatFraction(beta)} of those ${critical}× as bad or worse and by more than is negligible reach everybody${own.length > 0 ? ` (${own.join(', ')})` : ''}; ${PACES[evidence.pace]}`,
      ASSUMED,
      `negligible is a rate that is higher by up to ${describeNegligible(evidence.policy)}${ownNegligible.length > 0 ? ` (${ownNegligible.join(', ')})` : ''}`,
    )
  }
  for (const [metric, { above, mistaken }] of Object.entries(single))
    lines.push(
      compared[metric]
        ? `${metric} above ${formatFraction(above)} with the toggle on is critical by evidence: by mistake in at most ${formatFraction(mistaken)} of changes that stay there or below`
        : `${metric}, one group: at most ${formatFraction(mistaken)} of changes that stay at ${formatFraction(above)} or below are called critical; a fault that everybody has looks like the change`,
    )
  if (!evidence && lines.length === 0 && counted.length + numbers.length === 0) return ['a timer, not a gate: no metric judges it']
  if (!evidence && lines.length === 0)
    return ['thresholds alone: no metric tells users with the toggle from those without (on: and off: do)']
  if (counted.length > 0) lines.push(`${counted.join(', ')} by thresholds alone: readings of one group promise no probability`)
  if (numbers.length > 0) lines.push(`${numbers.join(', ')} by thresholds alone: a number without counts promises no probability`)
  return lines
}

function foretoldLines(foretold: Foretold): readonly string[] {
  const { good, bad = [], finer } = foretold
  return [outlookText(foretold), ...(good ? [goodText(good)] : []), ...bad.map(badText), ...(finer ? [`advice: ${finerText(finer)}`] : [])]
}

function goodText({ runs, median, within90 }: RampForecast): string {
  const played = `in ${runs} made-up rollouts at this traffic`
  if (median === undefined) return `${played} most good releases pause first and ask`
  const rest = within90 === undefined ? 'more than one in ten pauses first and asks' : `nine in ten within ${formatMinutes(within90)}`
  return `${played} half of the good releases are through all steps of a toggle within ${formatMinutes(median)}, ${rest}`
}

const ASSUMED =
  'that holds while both groups see the same site and requests fail by themselves (eventsPerCause: says how many together): not while one client makes most of the errors, retries storm, or an incident hits one group alone'

const PACES: Readonly<Record<Evidence['pace'], string>> = {
  evidence: 'paced by evidence: a step ends when enough is known, whatever its hold says',
  clock: 'paced by the clock, but for the step to everybody, which waits for the proof and asks when there is none',
}
