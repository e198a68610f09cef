import { DEFAULTS } from '../core/evidence/policy.ts'
import type { Json, Metric, Phase, Plan, Target, Toggle } from '../core/plan.ts'
import { METRIC_KEYS, type PhaseFile, type PlanFile } from './schema.ts'

const MINUTE = 60_000

type WrittenTarget = PlanFile['targets'][string]
type WrittenOverride = NonNullable<PlanFile['environments'][string]['targets']>[string]

/** Fills every default in: what people wrote becomes the Plan. The environment, if any, must exist. */
export function assemble(file: PlanFile, phases: readonly PhaseFile[], environment?: string): Plan {
  const special = environment === undefined ? undefined : file.environments[environment]
  return {
    version: 1,
    name: file.name,
    ...(environment !== undefined && { environment }),
    ...(file.owner !== undefined && { owner: file.owner }),
    toggles: mapValues(file.toggles, toggleOf),
    targets: mapValues(file.targets, (target, name) => targetOf(overridden(target, special?.targets?.[name]))),
    metrics: mapValues(file.metrics, metricOf),
    phases: phases.map((phase) => phaseOf(phase, file, special)),
    interval: special?.interval ?? file.interval ?? MINUTE / 2,
    patience: file.patience ?? 5 * MINUTE,
    maxUnavailable: file.maxUnavailable,
    approvers: file.approvers,
    windows: special?.windows ?? file.windows,
    freezes: special?.freezes ?? file.freezes,
  }
}

function toggleOf({ variable, words, description, owner, removeBy, ...rest }: PlanFile['toggles'][string], name: string): Toggle {
  return {
    ...rest,
    variable: variable ?? name,
    words: words ?? { on: 'true', off: 'false' },
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(removeBy !== undefined && { removeBy }),
  }
}

/** The options of another adapter would mean nothing to this one: a target that changes its adapter starts afresh. */
function overridden(target: WrittenTarget, special: WrittenOverride = {}): WrittenTarget {
  const { use = target.use, instances: others, ...options } = special
  const { use: _, instances: written, ...own } = target
  const isSame = use === target.use
  const instances = others ?? (isSame ? written : undefined)
  return { ...(isSame ? own : {}), ...options, use, ...(instances && { instances }) }
}

function targetOf({ use, instances, ...options }: WrittenTarget): Target {
  return { use, ...(instances && { instances }), options: json(options) }
}

function metricOf(file: PlanFile['metrics'][string]): Metric {
  const { use, toggle, success, warning, critical, minSamples, onNoData, window, maxAge, timeout } = file
  const options = Object.fromEntries(Object.entries(file).filter(([key]) => !Object.hasOwn(METRIC_KEYS, key)))
  return {
    use,
    options: json(options),
    ...(options['on'] !== undefined &&
      options['off'] !== undefined && { compares: options['quantile'] === undefined ? ('failures' as const) : ('latency' as const) }),
    ...(toggle !== undefined && { toggle }),
    ...(success && { success }),
    ...(warning && { warning }),
    ...(critical && { critical }),
    minSamples,
    onNoData,
    window: window ?? MINUTE,
    maxAge: maxAge ?? 2 * MINUTE,
    timeout: timeout ?? MINUTE / 6,
  }
}

function phaseOf(phase: PhaseFile, { defaults }: PlanFile, special: PlanFile['environments'][string] | undefined): Phase {
  const hold = special?.hold ?? phase.hold ?? defaults.hold ?? 30 * MINUTE
  const approval = phase.approval ?? defaults.approval
  return {
    id: phase.phase,
    title: phase.title ?? phase.phase,
    ...(phase.planned && { planned: phase.planned }),
    toggles: phase.toggles,
    order: phase.order ?? defaults.order ?? 'one-by-one',
    steps: phase.steps.map((step) => {
      const own = 'hold' in step ? step.hold : undefined
      const needed = special?.approval === 'none' ? undefined : (('approval' in step ? step.approval : undefined) ?? approval)
      return { to: step.to, hold: special?.hold ?? own ?? hold, ...(needed && { approval: needed }) }
    }),
    metrics: phase.metrics ?? defaults.metrics ?? [],
    onWarning: phase.onWarning ?? defaults.onWarning ?? 'pause',
    onCritical: phase.onCritical ?? defaults.onCritical ?? 'rollback',
    after: phase.after ?? defaults.after ?? 0,
    ...evidenceOf({ ...defaults.evidence, ...phase.evidence }),
    checklist: phase.checklist.map(({ id, text, owner }) => ({ id, text, ...(owner !== undefined && { owner }) })),
    success: phase.success,
  }
}

function evidenceOf({ pace, ...written }: NonNullable<PhaseFile['evidence']>): Pick<Phase, 'evidence'> {
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
  if (pace === undefined && Object.keys(given).length === 0) return {}
  return { evidence: { pace: pace ?? 'evidence', policy: { ...DEFAULTS, ...given } } }
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, turn: (value: From, key: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, turn(value, key)]))
}

/** A copy that is plain JSON: what is frozen into the journal. */
function json(value: unknown): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value))
}
