import { LAST_EVALUATION } from '../core/toggle/last-evaluation.ts'
import type { CallOutcome, ComparedCounts, ComparedOutcome, SideCounts, ToggleCounts } from './counts.ts'

/** A metric with all its series. Names and units are those of OpenTelemetry and of Prometheus at once. */
export interface Family {
  /** `rollout_toggle_calls_total`; of a histogram without its `_bucket`. */
  readonly name: string
  /** `rollout.toggle.calls` with its unit, which Prometheus turns into that name. */
  readonly otelName: string
  readonly unit: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly points: readonly FamilyPoint[]
}

export interface FamilyPoint {
  readonly labels: { readonly toggle: string; readonly answer?: 'on' | 'off'; readonly outcome?: CallOutcome | ComparedOutcome }
  /** Of a histogram the sum of what was observed. */
  readonly value: number
  /** Of a histogram only: the upper bounds, and how many fell in each, the last one beyond them all. */
  readonly bounds?: readonly number[]
  readonly counts?: readonly number[]
}

const ANSWERS = ['on', 'off'] as const
const OUTCOMES: readonly CallOutcome[] = ['ok', 'error', 'timeout']
const COMPARED: readonly ComparedOutcome[] = ['same', 'different', 'error', 'timeout']

/**
 * Returns the metrics of these toggles. Both answers and all outcomes of a toggle are there from its first call on, with
 * 0 where nothing was: a counter that comes to be with its first failure could not be told from one that never was.
 */
export function familiesOf(toggles: readonly ToggleCounts[], bounds: readonly number[]): readonly Family[] {
  const pointsOf = (counts: readonly ToggleCounts[], make: (side: SideCounts) => readonly Value[]): readonly FamilyPoint[] =>
    counts.flatMap((each) =>
      ANSWERS.flatMap((answer) =>
        make(each[answer]).map(({ outcome, ...rest }) => ({
          labels: { toggle: each.toggle, answer, ...(outcome && { outcome }) },
          ...rest,
        })),
      ),
    )
  const measured = toggles.filter(({ isMeasured }) => isMeasured)
  return [
    {
      name: 'rollout_toggle_evaluations_total',
      otelName: 'rollout.toggle.evaluations',
      unit: '{evaluation}',
      help: 'Answers that were given',
      type: 'counter',
      points: pointsOf(toggles, ({ evaluations }) => [{ value: evaluations }]),
    },
    {
      name: LAST_EVALUATION,
      otelName: 'rollout.toggle.last_evaluation.timestamp',
      unit: 's',
      help: 'When it was last asked and answered so, to the nearest scrape',
      type: 'gauge',
      points: pointsOf(toggles, ({ askedAt }) => (askedAt === 0 ? [] : [{ value: askedAt / 1000 }])),
    },
    {
      name: 'rollout_toggle_calls_total',
      otelName: 'rollout.toggle.calls',
      unit: '{call}',
      help: 'Measured calls by how they ended',
      type: 'counter',
      points: pointsOf(measured, ({ outcomes }) => OUTCOMES.map((outcome) => ({ outcome, value: outcomes[outcome] }))),
    },
    {
      name: 'rollout_toggle_call_duration_seconds',
      otelName: 'rollout.toggle.call.duration',
      unit: 's',
      help: 'How long measured calls took',
      type: 'histogram',
      points: pointsOf(measured, ({ calls }) => [{ value: calls.seconds, bounds, counts: [...calls.buckets] }]),
    },
    ...comparisonsOf(toggles, bounds),
  ]
}

function comparisonsOf(toggles: readonly ToggleCounts[], bounds: readonly number[]): readonly Family[] {
  const pointsOf = (make: (compared: ComparedCounts) => readonly FamilyPointOf[]): readonly FamilyPoint[] =>
    toggles.flatMap(({ toggle, compared }) =>
      compared ? make(compared).map(({ labels, ...rest }) => ({ labels: { toggle, ...labels }, ...rest })) : [],
    )
  return [
    {
      name: 'rollout_toggle_comparisons_total',
      otelName: 'rollout.toggle.comparisons',
      unit: '{comparison}',
      help: 'Calls of both ways by what came of it',
      type: 'counter',
      points: pointsOf(({ outcomes }) => COMPARED.map((outcome) => ({ labels: { outcome }, value: outcomes[outcome] }))),
    },
    {
      name: 'rollout_toggle_comparisons_skipped_total',
      otelName: 'rollout.toggle.comparisons.skipped',
      unit: '{comparison}',
      help: 'Comparisons that were left out, because too many were under way',
      type: 'counter',
      points: pointsOf(({ skipped }) => [{ labels: {}, value: skipped }]),
    },
    {
      name: 'rollout_toggle_comparison_duration_seconds',
      otelName: 'rollout.toggle.comparison.duration',
      unit: 's',
      help: 'How long the new way (on) and the old one (off) took of calls that were compared',
      type: 'histogram',
      points: pointsOf((compared) =>
        ANSWERS.map((answer) => {
          const { seconds, buckets } = answer === 'on' ? compared.new : compared.old
          return { labels: { answer }, value: seconds, bounds, counts: [...buckets] }
        }),
      ),
    },
  ]
}

type FamilyPointOf = Omit<FamilyPoint, 'labels'> & { readonly labels: Omit<FamilyPoint['labels'], 'toggle'> }

type Value = Omit<FamilyPoint, 'labels'> & { readonly outcome?: CallOutcome }
