import { defined } from '../values/defined.ts'
import { hashBehind, saltOf, thresholdOf, type Salt } from '../toggle/bucket.ts'
import { listOf, rulesOf } from './lists.ts'
import type { Held } from './environment.ts'
import { exposureAt, isForward, stepsOf } from './steps.ts'
import type { Plan } from './plan.ts'
import { belongs, parseSegment, type Attributes, type SegmentRule } from '../toggle/segment.ts'
import type { Exposure } from '../values/units.ts'

/*
 * Who has a toggle, and with which step they get it: the order of the env contract (deny list, users, segments,
 * percentage) over the steps of a plan.
 */

export interface Membership {
  readonly isOn: boolean
  /** `everybody`, `nobody`: at 100 % and at 0 %, to whom no list and no segment decides. */
  readonly why: 'deny' | 'allow' | 'segment' | 'percentage' | 'everybody' | 'nobody'
  readonly segment?: string
}

/** The exposure of a toggle from one step on; without a step, now. */
export interface ExposureStage {
  /** Index into the compiled steps. */
  readonly step?: number
  readonly exposure: Exposure
  /** Segments and lists count: it is further on than before the rollout. */
  readonly isEarly: boolean
  /** Buckets below this are in. */
  readonly threshold: number
}

/** A toggle made ready to be asked about many people. */
export interface Question {
  readonly toggle: string
  readonly salt: Salt
  readonly denied: ReadonlySet<string>
  readonly allowed: ReadonlySet<string>
  readonly segments: readonly (readonly [name: string, segment: SegmentRule])[]
  /** Now, and every step ahead that moves it; never empty. */
  readonly stages: readonly [ExposureStage, ...ExposureStage[]]
}

/** What the lists and segments of a toggle say of one person, and their bucket. */
export interface Person {
  readonly bucket: number
  readonly listed: Membership | undefined
}

/** Longer ids are none that an application has. */
export const LONGEST = 10_000

/** Returns why a text cannot be the id of a user; undefined when it can. */
export function wrongId(id: string): string | undefined {
  if (id === '') return 'the id is empty: it is nobody'
  if (id.length > LONGEST) return `the id has ${id.length} characters; at most ${LONGEST} are read`
  if (/\p{Surrogate}/u.test(id)) return 'the id holds half a character (a lone surrogate): languages read it differently'
  return undefined
}

/** Returns every toggle of a plan, with the steps after `cursor` that move it. */
export function questionsOf(plan: Plan, { exposures, baseline, cursor }: Held & { readonly cursor: number }): readonly Question[] {
  const stages = new Map<string, [ExposureStage, ...ExposureStage[]]>()
  const now = (name: string): Exposure => exposures[name] ?? plan.toggles[name]?.default ?? 0
  const stage = (name: string, exposure: Exposure, step?: number): ExposureStage => {
    const toggle = plan.toggles[name]
    const isEarly = toggle !== undefined && isForward(toggle, baseline[name] ?? toggle.default, exposure)
    return defined({ exposure, isEarly, threshold: thresholdOf(exposure), step })
  }
  for (const name of Object.keys(plan.toggles)) stages.set(name, [stage(name, now(name))])
  for (const step of stepsOf(plan).slice(cursor + 1)) {
    for (const name of step.moves) {
      const [toggle, own] = [plan.toggles[name], stages.get(name)]
      if (!toggle || !own) continue
      const to = exposureAt(toggle, baseline[name] ?? toggle.default, step.to)
      // After a partial rollback some toggles are further on than the cursor: they stay.
      if (isForward(toggle, own.at(-1)?.exposure ?? to, to)) own.push(stage(name, to, step.index))
    }
  }
  return Object.entries(plan.toggles).flatMap(([name, toggle]): readonly Question[] => {
    const own = stages.get(name)
    // A shadow answers nobody.
    if (!own || toggle.shadows !== undefined) return []
    return [
      {
        toggle: name,
        salt: saltOf(toggle.variable),
        denied: new Set(listOf(plan, toggle, 'deny')),
        allowed: new Set(listOf(plan, toggle, 'allow')),
        segments: rulesOf(plan, toggle).flatMap(([segment, rule]) => {
          const parsed = parseSegment(segment, rule)
          return parsed ? [[segment, parsed] as const] : []
        }),
        stages: own,
      },
    ]
  })
}

/** Returns what matters of a person to a toggle, whatever the step. */
export function personOf({ salt, denied, allowed, segments }: Question, id: string, attributes?: Attributes): Person {
  const bucket = hashBehind(salt, id) >>> 0
  if (denied.has(id)) return { bucket, listed: DENIED }
  if (allowed.has(id)) return { bucket, listed: ALLOWED }
  if (segments.length === 0) return { bucket, listed: undefined }
  const found = segments.find(([, segment]) => belongs(segment, id, attributes))
  return { bucket, listed: found && { isOn: true, why: 'segment', segment: found[0] } }
}

/** Tells whether a person has the toggle at a stage, and what decides it. */
export function membershipAt({ bucket, listed }: Person, { exposure, isEarly, threshold }: ExposureStage): Membership {
  // At 100 % the word names no segment: everybody is in.
  if (isEarly && listed && !(listed.why === 'segment' && exposure === 100)) return listed
  if (exposure === 100) return EVERYBODY
  if (exposure === 0) return NOBODY
  return bucket < threshold ? IN : OUT
}

/** Returns the first stage ahead with another answer than now; undefined when none changes it. */
export function nextChange(question: Question, person: Person): ExposureStage | undefined {
  const [now, ...ahead] = question.stages
  const { isOn } = membershipAt(person, now)
  return ahead.find((stage) => membershipAt(person, stage).isOn !== isOn)
}

const DENIED: Membership = { isOn: false, why: 'deny' }
const ALLOWED: Membership = { isOn: true, why: 'allow' }
const EVERYBODY: Membership = { isOn: true, why: 'everybody' }
const NOBODY: Membership = { isOn: false, why: 'nobody' }
const IN: Membership = { isOn: true, why: 'percentage' }
const OUT: Membership = { isOn: false, why: 'percentage' }
