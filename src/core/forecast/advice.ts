import { defined } from '../values/defined.ts'
import { SLOWEST } from '../evidence/buckets.ts'
import { DEFAULTS, describeEnough } from '../evidence/policy.ts'
import type { End, ForecastRelease, ForecastRun, ForecastSetting } from './forecast.ts'
import { outlookOf, type Flow } from './outlook.ts'
import { wilson, type Interval } from './wilson.ts'
import { comparedBy, type Metric } from '../plan/metric.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import { formatDuration, formatFraction, type Duration } from '../values/units.ts'

const ENDS = ['rolled back', 'paused', 'complete', 'unfinished'] as const

/** The runs of one made-up release in few numbers; medians where nothing else is said. */
export interface EndingTally {
  readonly runs: number
  readonly ends: readonly Ending[]
  readonly exposed: number
  readonly failed: number
  /** Failed requests beyond what fails without the toggle: the harm of having tried. */
  readonly excess: number
  /** Shares (0–1) of the time that was waited, by what for; most first. */
  readonly waited: readonly (readonly [gate: string, share: number])[]
}

interface Ending {
  readonly end: End
  /** 0–1. */
  readonly share: number
  /** Where the share lies, 95 % sure, of any number of runs. */
  readonly between: Interval
  readonly median: Duration
  readonly within90: Duration
  /** Number of the step, from 1. */
  readonly step: number
  /** The reason given most often. */
  readonly why?: string
  /** That was a metric which said nothing. */
  readonly isSilent?: true
}

export function tallyOf(runs: readonly ForecastRun[]): EndingTally {
  const ends = ENDS.flatMap((end) => {
    const own = runs.filter((run) => run.end === end)
    if (own.length === 0) return []
    const after = own.map((run) => run.after)
    const why = commonest(own.flatMap((run) => run.why?.metric ?? run.why?.code ?? []))
    const found = {
      median: rank(after, 0.5),
      within90: rank(after, 0.9),
      step:
        rank(
          own.map(({ step }) => step),
          0.5,
        ) + 1,
    }
    const isSilent = commonest(own.flatMap((run) => run.why?.code ?? [])) === 'no-data' || undefined
    return [defined({ end, share: own.length / runs.length, between: wilson(own.length, runs.length), ...found, why, isSilent })]
  })
  const sums = new Map<string, Duration>()
  for (const { waited } of runs) for (const [gate, each] of Object.entries(waited)) sums.set(gate, (sums.get(gate) ?? 0) + each)
  const all = [...sums.values()].reduce((sum, each) => sum + each, 0)
  return {
    runs: runs.length,
    ends,
    exposed: rank(
      runs.map(({ exposed }) => exposed),
      0.5,
    ),
    failed: rank(
      runs.map(({ failed }) => failed),
      0.5,
    ),
    excess: rank(
      runs.map(({ excess }) => excess),
      0.5,
    ),
    waited: [...sums].map(([gate, each]) => [gate, each / all] as const).toSorted(([, a], [, b]) => b - a),
  }
}

export interface SimulationAdvice {
  readonly is: 'fine' | 'too nervous' | 'too slow' | 'too blind'
  readonly text: string
}

/** Good releases that are stopped more often than this make a plan nervous; pauses are asked about, and cost less. */
const PAUSED_AT_MOST = 0.1
/** Bad ones that get through more often than this make it blind. */
const MISSED_AT_MOST = 0.05
const MINUTE: Duration = 60_000
/** Of what takes too long, this share is the reason. */
const MAINLY = 0.4

/** Returns the worst that is to be said of a plan by its made-up rollouts in this setting, and what to change; `bad` ones have the `fault`. */
export function adviceOf(
  plan: Plan,
  setting: ForecastSetting,
  good: EndingTally,
  bad?: EndingTally,
  fault?: Pick<ForecastRelease, 'errors' | 'latency'>,
): SimulationAdvice {
  const cold = (setting.trouble?.coldStart?.lasts ?? 0) * MINUTE
  const alpha = plan.phases[0]?.evidence?.policy.alpha ?? DEFAULTS.alpha
  const [back, paused] = [endingOf(good, 'rolled back'), endingOf(good, 'paused')]
  if (back && back.share > alpha && back.share * good.runs > 1)
    return {
      is: 'too nervous',
      text: `${formatFraction(back.share)} of good releases are rolled back (${back.why}): ${warmer(plan, cold) ?? calmer(plan, back.why)}`,
    }
  if (paused && paused.share > PAUSED_AT_MOST)
    return paused.why === 'evidence'
      ? { is: 'too slow', text: `${formatFraction(paused.share)} of good releases pause undecided: ${smaller(plan, setting)}` }
      : {
          is: 'too nervous',
          text: `${formatFraction(paused.share)} of good releases pause (${paused.why}): ${paused.isSilent ? louder(plan, paused.why) : (warmer(plan, cold) ?? calmer(plan, paused.why))}`,
        }
  const missed = bad && endingOf(bad, 'complete')
  if (bad && missed && missed.share > MISSED_AT_MOST)
    return {
      is: 'too blind',
      text: `${formatFraction(missed.share)} of releases with the fault reach everybody: ${unmeasured(plan, setting, fault) ?? sharper(plan)}`,
    }
  const done = endingOf(good, 'complete')
  const planned = plannedLength(plan)
  if (!done || (planned !== undefined && done.median > planned))
    return {
      is: 'too slow',
      text: `a good release takes ${done ? formatDuration(done.median) : 'for ever'}${planned === undefined ? '' : `, planned are ${formatDuration(planned)}`}: ${faster(plan, good)}`,
    }
  const caught = bad?.ends.filter(({ end }) => end !== 'complete').toSorted((a, b) => b.share - a.share)[0]
  const harm =
    bad && caught
      ? `; the fault is ${caught.end} after ${formatDuration(caught.median)}, having failed ${bad.excess} requests more than without it`
      : ''
  return { is: 'fine', text: `a good release takes ${formatDuration(done.median)}${mainly(good)}${harm}` }
}

function endingOf({ ends }: EndingTally, end: End): Ending | undefined {
  return ends.find((each) => each.end === end)
}

/** The first phase that waits for evidence; what holds for it holds for the others, or nearly. */
function compares(plan: Plan): Phase | undefined {
  return plan.phases.find(({ metrics }) => metrics.some((name) => isCompared(plan.metrics[name])))
}

function isCompared(metric: Metric | undefined): boolean {
  return metric !== undefined && comparedBy(metric) !== undefined
}

/** Says how long a step must settle; undefined where it does for as long as it is cold. */
function warmer({ phases }: Plan, cold: Duration): string | undefined {
  return phases.every(({ settle = 0 }) => settle >= cold)
    ? undefined
    : `settle: ${formatDuration(cold)}, for what a step shows while it is cold says nothing of the release`
}

function calmer(plan: Plan, why = ''): string {
  const metric = plan.metrics[why]
  if (!metric) return 'a larger tolerance'
  if (isCompared(metric)) return `${why} has thresholds close to what is normal: let them be true for: longer, or leave them out`
  const bare = metric.critical?.by === 'threshold' ? 'leave by: threshold out, ' : ''
  return `${bare}compare users with the toggle and without (on: and off: of ${why}), or let the rule be true for: longer`
}

/** What a metric without enough to say needs is no other limit. */
function louder({ patience, metrics }: Plan, why = ''): string {
  const needed = metrics[why]?.minSamples ?? 0
  const fewer = needed > 0 ? `, or fewer minSamples: (now ${needed}) where less is enough` : ''
  return `${why} says nothing, or has too few requests, for longer than patience: (now ${formatDuration(patience)}): a longer one${fewer}`
}

/** Returns what no metric of the plan looks at, of a fault in that alone. */
function unmeasured(
  { metrics }: Plan,
  { baseline }: ForecastSetting,
  fault?: Pick<ForecastRelease, 'errors' | 'latency'>,
): string | undefined {
  const looksAt = (what: 'failures' | 'latency'): boolean =>
    Object.values(metrics).some(({ measures }) => [what, 'gauge'].includes(measures.what))
  if (fault?.errors === baseline && !looksAt('latency')) return 'no metric looks at how long requests take: quantile: of a histogram'
  if (fault?.latency === 1 && !looksAt('failures')) return 'no metric looks at failures: ratio: of two counters'
  return undefined
}

function sharper(plan: Plan): string {
  return compares(plan)
    ? 'a smaller critical: under evidence:'
    : 'thresholds do not see it; on: and off: of a metric compare users with the toggle and without'
}

function smaller(plan: Plan, setting: ForecastSetting): string {
  const phase = compares(plan)
  const { critical } = phase?.evidence?.policy ?? DEFAULTS
  const outlook = phase && outlookOf(plan, phase.id, flowsOf(plan, setting))
  const way =
    outlook?.negligible === undefined ? `a larger critical: (now ${critical})` : describeEnough(outlook.metric, outlook.negligible)
  return `at this traffic ${critical}× as bad cannot be ruled out in time; ${way}`
}

function flowsOf({ metrics }: Plan, { traffic, baseline }: ForecastSetting): readonly Flow[] {
  return Object.entries(metrics).map(([metric, each]) => ({
    metric,
    perSecond: traffic,
    rate: comparedBy(each) === 'latency' ? SLOWEST : baseline,
  }))
}

function faster(plan: Plan, good: EndingTally): string {
  const [gate = '', share = 0] = good.waited[0] ?? []
  const { maxHarm, critical } = compares(plan)?.evidence?.policy ?? DEFAULTS
  if (share < MAINLY) return 'shorter holds'
  if (gate === 'exposure') return `a larger maxHarm: (now ${formatDuration(maxHarm)})`
  if (gate === 'proof') return `a larger critical: (now ${critical})`
  if (gate === 'success') return 'success: criteria that hold over: less'
  return gate === 'bake'
    ? 'a shorter after:'
    : gate === 'hold'
      ? 'a shorter hold:, or metrics with on: and off:, which need none'
      : `less of what it waits for, ${gate}`
}

function mainly({ waited }: EndingTally): string {
  const [gate, share = 0] = waited[0] ?? []
  return gate !== undefined && share >= MAINLY ? ` (${formatFraction(share)} of it waiting for ${gate})` : ''
}

function plannedLength({ phases }: Plan): Duration | undefined {
  const lengths = phases.flatMap(({ planned }) => (planned ? [planned.max] : []))
  return lengths.length < phases.length ? undefined : lengths.reduce((sum, each) => sum + each, 0)
}

function commonest(words: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
}

function rank(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? 0
}
