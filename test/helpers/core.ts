import { decide, type Decision } from '../../src/core/policy/decide.ts'
import type { Event, Fact } from '../../src/core/journal/event.ts'
import type { Track, Watch } from '../../src/core/judge/track.ts'
import type { Measures, Reading } from '../../src/core/values/reading.ts'
import type { Metric } from '../../src/core/plan/metric.ts'
import type { Phase, Plan, Toggle } from '../../src/core/plan/plan.ts'
import { parseRule } from '../../src/core/values/parse-rule.ts'
import type { Rule } from '../../src/core/values/rule.ts'
import { evolve } from '../../src/core/journal/fold.ts'
import type { State } from '../../src/core/journal/state.ts'
import { situationOf } from '../../src/core/policy/situation.ts'

export const NOW = Date.parse('2026-11-24T12:00:00Z')
export const MINUTE = 60_000

/** A rule as it is written; the test is wrong when it is none. */
export function rule(text: string): Rule {
  const parsed = parseRule(text)
  if (!parsed) throw new Error(`${text} is no rule`)
  return parsed
}

export function toggle(more: Partial<Toggle> = {}): Toggle {
  return {
    kind: 'release',
    variable: 'A',
    default: 0,
    exposure: 'users',
    core: false,
    targets: ['web'],
    requires: [],
    words: { on: 'true', off: 'false' },
    ...more,
  }
}

/** Failures of all users together, and of those with a toggle on beside those with it off. */
export const ONE_GROUP: Measures = { what: 'failures', groups: 1 }
export const BOTH_GROUPS: Measures = { what: 'failures', groups: 2 }

/** `> 5%` is critical, `> 2%` a warning, `< 1%` success; nothing needs time. */
export function metric(more: Partial<Metric> = {}): Metric {
  return {
    use: 'fake',
    options: {},
    measures: { what: 'gauge' },
    success: rule('< 1%'),
    warning: { when: rule('> 2%'), for: 0 },
    critical: { when: rule('> 5%'), for: 0 },
    minSamples: 0,
    onNoData: 'hold',
    window: 10 * MINUTE,
    maxAge: 2 * MINUTE,
    timeout: 1000,
    ...more,
  }
}

export function phase(more: Partial<Phase> = {}): Phase {
  return {
    id: 'core',
    title: 'Core',
    toggles: ['A'],
    order: 'one-by-one',
    steps: [
      { to: 10, hold: 10 * MINUTE },
      { to: 100, hold: 10 * MINUTE },
    ],
    metrics: ['errors'],
    onWarning: 'pause',
    onCritical: 'rollback',
    after: 0,
    checklist: [],
    success: [],
    ...more,
  }
}

/** Toggle A on target web, 10 % and 100 %, judged by `errors`. Toggles are called as their variables. */
export function plan(more: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    name: 'shop',
    toggles: { A: toggle() },
    targets: { web: { use: 'fake', options: {} } },
    metrics: { errors: metric() },
    phases: [phase()],
    interval: MINUTE,
    patience: 5 * MINUTE,
    maxUnavailable: 0,
    approvers: {},
    windows: [],
    freezes: [],
    ...more,
  }
}

export function track(more: Partial<Track> = {}): Track {
  return { verdict: 'healthy', met: true, value: 0.001, bins: [], ...more }
}

export const MISSING = { verdict: 'unknown', met: false, missing: { reason: 'unreachable', detail: 'refused' } } as const

export function watch(tracks: Watch['tracks'] = { errors: track() }, more: Partial<Watch> = {}): Watch {
  return { monotonic: 0, domain: 'test', credit: 0, tracks, criteria: {}, ...more }
}

/** Running at the first step of `plan()`, with A at 10 %, watched and healthy, hold not over. */
export function state(more: Partial<State> = {}): State {
  return {
    seq: 5,
    hash: 'h',
    lineage: 'h',
    plan: plan(),
    digest: 'digest',
    files: {},
    startedAt: NOW,
    status: 'running',
    baseline: { A: 0 },
    exposures: { A: 10 },
    cursor: 0,
    arrivedAt: NOW,
    decidedAt: NOW,
    epoch: 2,
    advanced: false,
    missing: [],
    unsettled: [],
    watch: watch(),
    approvals: [],
    checked: [],
    authors: [],
    ...more,
  }
}

/** A fact with a stamp that is right after `before`. */
export function stamp(fact: Fact, before?: Pick<State, 'seq' | 'hash'>, actor = 'auto'): Event {
  const seq = (before?.seq ?? 0) + 1
  return { ...fact, seq, id: `id-${seq}`, previous: before?.hash ?? '', at: NOW + seq, actor, version: 'test', hash: `hash-${seq}` }
}

/** The state after one more fact. */
export function next(before: State | undefined, fact: Fact, actor?: string): State {
  const after = evolve(before, stamp(fact, before, actor))
  if (!after) throw new Error('nothing was started')
  return after
}

export function started(of: Plan, baseline?: State['baseline']): State {
  const defaults = Object.fromEntries(Object.entries(of.toggles).map(([name, { default: none }]) => [name, none]))
  return next(undefined, { type: 'started', plan: of, digest: 'digest', files: {}, baseline: baseline ?? defaults })
}

export const value = (number: number, at = NOW): Reading => ({ is: 'value', value: number, at })
export const ratio = (bad: number, total: number): Reading => ({ is: 'ratio', bad: { a: bad }, total: { a: total } })
export const gone: Reading = { is: 'missing', reason: 'unreachable', detail: 'refused' }

/** `hold`, `pause`…: what is decided. */
export function decided(of: State, now = NOW): Decision['do'] {
  return decide(situationOf(of, now)).do
}
