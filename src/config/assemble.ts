import { defined } from '../core/values/defined.ts'
import { DEFAULTS } from '../core/evidence/policy.ts'
import type { Json } from '../core/values/json.ts'
import type { Metric } from '../core/plan/metric.ts'
import type {
  ChecklistItem,
  Cleanup,
  Evidence,
  Freeze,
  Phase,
  PhaseStep,
  Plan,
  Segment,
  Shadow,
  Target,
  Toggle,
} from '../core/plan/plan.ts'
import { channelOf } from './notify.ts'
import { dayStart, nextDay } from '../core/plan/calendar.ts'
import type { Duration } from '../core/values/units.ts'
import { ownOptions } from './own-options.ts'
import type { PhaseFile, PlanFile } from './schema.ts'

const MINUTE = 60_000

type WrittenTarget = PlanFile['targets'][string]
type WrittenOverride = NonNullable<PlanFile['environments'][string]['targets']>[string]

/** The ids of the lists that are in files, by the name the plan calls them. */
type Lists = ReadonlyMap<string, readonly string[]>

/** Fills every default in: what people wrote becomes the Plan. The environment, if any, must exist. */
export function assemble(file: PlanFile, phases: readonly PhaseFile[], lists: Lists, environment?: string): Plan {
  const special = environment === undefined ? undefined : file.environments[environment]
  return {
    version: 1,
    name: file.name,
    ...(environment !== undefined && { environment }),
    ...(file.owner !== undefined && { owner: file.owner }),
    toggles: mapValues(file.toggles, (toggle, name) => toggleOf(toggle, name, lists)),
    ...(file.segments && { segments: mapValues(file.segments, (segment) => segmentOf(segment, lists)) }),
    ...(file.users && { users: file.users }),
    targets: mapValues(file.targets, (target, name) => targetOf(overridden(target, special?.targets?.[name]))),
    metrics: mapValues(file.metrics, metricOf),
    phases: phases.map((phase) => phaseOf(phase, file, special)),
    interval: special?.interval ?? file.interval ?? MINUTE / 2,
    patience: file.patience ?? 5 * MINUTE,
    ...(file.stale !== undefined && { stale: file.stale }),
    maxUnavailable: file.maxUnavailable,
    ...(Object.keys(file.risks).length > 0 && { risks: file.risks }),
    ...(Object.keys(file.contingencies).length > 0 && { contingencies: file.contingencies }),
    ...(special?.drill && { drill: true }),
    approvers: file.approvers,
    ...(file.signers !== undefined && { signers: file.signers }),
    windows: special?.windows ?? file.windows,
    freezes: (special?.freezes ?? file.freezes).map(freezeOf),
    ...channelsOf(file, special),
    ...(file.cleanup && { cleanup: cleanupOf(file.cleanup) }),
  }
}

function channelsOf({ notify }: PlanFile, special: PlanFile['environments'][string] | undefined): Pick<Plan, 'notify'> {
  if (Object.keys(notify).length === 0) return {}
  return { notify: mapValues(notify, (channel, name) => channelOf(channel, special?.notify?.[name])) }
}

function cleanupOf({ check = [], timeout = 10 * MINUTE, unused, asks = [] }: NonNullable<PlanFile['cleanup']>): Cleanup {
  const [program, ...args] = check
  return { ...(program !== undefined && { check: [program, ...args] }), timeout, ...(unused !== undefined && { unused }), asks }
}

function toggleOf(
  { variable, words, description, owner, removeBy, segments, allow, deny, ...rest }: PlanFile['toggles'][string],
  name: string,
  lists: Lists,
): Toggle {
  return {
    ...rest,
    variable: variable ?? name,
    words: words ?? { on: 'true', off: 'false' },
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(removeBy !== undefined && { removeBy }),
    ...(segments && { segments }),
    ...listsOf({ allow, deny }, lists),
  }
}

type WrittenSegment = NonNullable<PlanFile['segments']>[string]

function segmentOf({ rule, ...rest }: WrittenSegment, lists: Lists): Segment {
  return { ...(rule !== undefined && { rule }), ...listsOf(rest, lists) }
}

/** Returns the ids themselves, which are frozen with the plan, in place of the name of their file. */
function listsOf({ allow, deny }: Pick<WrittenSegment, 'allow' | 'deny'>, lists: Lists): Pick<Segment, 'allow' | 'deny'> {
  const ids = (list: NonNullable<typeof allow>): readonly string[] => ('file' in list ? (lists.get(list.file) ?? []) : list)
  return { ...(allow && { allow: ids(allow) }), ...(deny && { deny: ids(deny) }) }
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
  const { use, unit, toggle, evidence, success, warning, critical, contingency, minSamples, onNoData, window, maxAge, timeout } = file
  const options = ownOptions('metrics', file)
  return {
    use,
    options: json(options),
    // Its adapter is asked later: askWhatIsMeasured.
    measures: { what: 'gauge' },
    ...(unit && { unit }),
    ...(toggle !== undefined && { toggle }),
    ...(evidence && { evidence: given(evidence) }),
    ...(success && { success }),
    ...(warning && { warning }),
    ...(critical && { critical: defined(critical) }),
    ...(contingency !== undefined && { contingency }),
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
  const settle = phase.settle ?? defaults.settle
  return {
    id: phase.phase,
    title: phase.title ?? phase.phase,
    ...(phase.planned && { planned: phase.planned }),
    toggles: phase.toggles,
    order: phase.order ?? defaults.order ?? 'one-by-one',
    steps: phase.steps.map((step) => {
      const own = 'hold' in step ? step.hold : undefined
      const needed = special?.approval === 'none' ? undefined : (('approval' in step ? step.approval : undefined) ?? approval)
      const unused = special?.unused === 'none' || !('unused' in step) ? undefined : step.unused
      return defined({ to: step.to, hold: special?.hold ?? own ?? hold, approval: needed, unused })
    }),
    ...(phase.shadow && {
      shadow: writtenShadow(phase.shadow, hold, special?.hold !== undefined, special?.approval === 'none' ? undefined : approval),
    }),
    ...(settle !== undefined && settle > 0 && { settle }),
    metrics: phase.metrics ?? defaults.metrics ?? [],
    onWarning: phase.onWarning ?? defaults.onWarning ?? 'pause',
    onCritical: phase.onCritical ?? defaults.onCritical ?? 'rollback',
    after: phase.after ?? defaults.after ?? 0,
    ...((defaults.evidence ?? phase.evidence) && { evidence: evidenceOf({ ...defaults.evidence, ...phase.evidence }) }),
    checklist: phase.checklist.map(itemOf),
    success: phase.success,
    ...(phase.drill !== undefined && { drill: phase.drill }),
  }
}

function writtenShadow(
  shadow: NonNullable<PhaseFile['shadow']>,
  hold: Duration,
  isReplaced: boolean,
  approval: PhaseStep['approval'],
): Shadow {
  const own = 'hold' in shadow && !isReplaced ? shadow.hold : undefined
  const metric = 'metric' in shadow ? shadow.metric : undefined
  return { share: shadow.share, hold: own ?? hold, metric: metric ?? 'shadow', ...(approval && { approval }) }
}

function evidenceOf({ pace = 'evidence', ...written }: NonNullable<PhaseFile['evidence']>): Evidence {
  return { pace, policy: { ...DEFAULTS, ...given(written) } }
}

/** Without the keys that nobody wrote. */
function given<Value>(written: { readonly [key: string]: Value | undefined }): { readonly [key: string]: Value } {
  return Object.fromEntries(Object.entries(written).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))
}

function itemOf({ id, text, owner, kind, evidence }: PhaseFile['checklist'][number]): ChecklistItem {
  return { id, text, ...(owner !== undefined && { owner }), ...(kind && { kind }), ...(evidence === true && { evidence }) }
}

/** Dates are days of their zone, the last one included. */
function freezeOf({ name, from, to, zone = 'UTC' }: PlanFile['freezes'][number]): Freeze {
  return {
    name,
    from: typeof from === 'number' ? from : dayStart(from, zone),
    to: typeof to === 'number' ? to : dayStart(nextDay(to), zone),
  }
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, turn: (value: From, key: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, turn(value, key)]))
}

/** A copy that is plain JSON: what is frozen into the journal. */
function json(value: unknown): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value))
}
