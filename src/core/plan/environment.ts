import { listOf, listVariables, rulesOf } from './lists.ts'
import { heldBy } from './instances.ts'
import { isForward } from './steps.ts'
import type { Exposures, Plan, Toggle } from './plan.ts'
import { togglesOf } from './toggles-of.ts'
import type { Asked, Words } from '../ports.ts'
import { segmentVariable } from '../toggle/segment.ts'
import type { Exposure } from '../values/units.ts'
import { parseWord, wordFor } from '../toggle/words.ts'

/** How much of each toggle is on, and how much was before the rollout. */
export interface Held {
  readonly exposures: Exposures
  readonly baseline: Exposures
}

/**
 * Returns the words one target is to hold for these exposures: variable → word; '' for a list or a segment that is to
 * be empty or not there. Segments and lists stand only while a toggle is further on than its baseline: users stay on at
 * `false`, so a rollback takes them away. Where variables are written one by one, a user on a deny list is denied first
 * and let go last.
 */
export function environment(plan: Plan, target: string, held: Held): Environment {
  const known = environmentsOf(plan, held)
  // Of how many instances a toggle is on at depends on how many there are, and on nothing else of a target.
  const alike = `${plan.targets[target]?.instances?.length ?? 0} ${togglesOf(plan, target).join()}`
  const words = known.get(alike) ?? wordsOf(plan, target, held)
  known.set(alike, words)
  return words
}

type Environment = { readonly [variable: string]: string }

/** Exposures never change once they are made, and a thousand targets with the same toggles are asked for many times. */
const written = new WeakMap<Exposures, Pick<Held, 'baseline'> & { readonly plan: Plan; readonly words: Map<string, Environment> }>()

function environmentsOf(plan: Plan, { exposures, baseline }: Held): Map<string, Environment> {
  const known = written.get(exposures)
  if (known?.plan === plan && known.baseline === baseline) return known.words
  const words = new Map<string, Environment>()
  written.set(exposures, { plan, baseline, words })
  return words
}

function wordsOf(plan: Plan, target: string, held: Held): Environment {
  const all = entriesOf(plan, target, held)
  const of = (...kinds: readonly Entry['is'][]): readonly Entry[] => all.filter(({ is }) => kinds.includes(is))
  const beside = of('deny', 'segment')
  const ordered = [...beside.filter(({ word }) => word !== ''), ...of('word'), ...of('users'), ...beside.filter(({ word }) => word === '')]
  return Object.fromEntries(ordered.map(({ variable, word }) => [variable, word]))
}

/** One toggle whose word on a target is not what it should be. */
export interface Drift {
  readonly target: string
  readonly toggle: string
  readonly variable: string
  /** Undefined: the target does not know the variable. */
  readonly found: string | undefined
  /** '' where nothing should be. */
  readonly expected: string
  /** The application itself says so. */
  readonly asked?: 'application'
}

/** Returns where a target differs from these exposures. A variable it does not know counts as its default. */
export function drift(plan: Plan, target: string, held: Held, found: Words): readonly Drift[] {
  return entriesOf(plan, target, held).flatMap(({ is, toggle: name, variable, word: expected }) => {
    const toggle = plan.toggles[name]
    const word = found[variable]
    const isThere =
      is === 'word' && toggle
        ? says(plan, toggle, word, exposureOf(plan, target, name, held.exposures), expected)
        : (word ?? '') === expected
    return isThere ? [] : [{ target, toggle: name, variable, found: word === '' ? undefined : word, expected }]
  })
}

/** Formats a difference for people: `web holds FEATURE_X=5% instead of 10%`. */
export function formatDrift(differing: Drift): string {
  return `${differing.target} ${formatHolding(differing)}`
}

/** Formats a difference where its target is named already: `holds FEATURE_X=5% instead of 10%`, or what its application runs with. */
export function formatHolding({ variable, found, expected, asked }: Omit<Drift, 'target' | 'toggle'>): string {
  return `${holding(asked)} ${variable}=${found ?? 'nothing'} instead of ${expected || 'nothing'}`
}

/** Returns what is said of a word by whom was asked: a place holds it, an application runs with it. */
export function holding(asked: Asked | undefined): string {
  return asked === 'application' ? 'runs with' : 'holds'
}

/** Returns how a target may have come to differ from what the journal says. */
export function causeOf({ asked }: Pick<Drift, 'asked'>): string {
  return asked === 'application' ? 'somebody else changed it, or it has not read what was written' : 'somebody else changed it'
}

/**
 * Whether a word found says this exposure, in whatever words; and to the same segments, where the plan says to which.
 */
function says(plan: Plan, toggle: Toggle, found: string | undefined, exposure: Exposure, expected: string): boolean {
  const word = found === undefined ? { exposure: toggle.default, options: {} } : parseWord(found, toggle.words)
  if (word?.exposure !== exposure) return false
  return rulesOf(plan, toggle).length === 0 || segmentsIn(word.options) === segmentsIn(parseWord(expected, toggle.words)?.options)
}

function segmentsIn(options: { readonly [name: string]: string } = {}): string {
  return (options['seg']?.split(',') ?? []).toSorted().join()
}

/** One variable of a target. */
interface Entry {
  readonly is: 'word' | 'users' | 'deny' | 'segment'
  readonly toggle: string
  readonly variable: string
  readonly word: string
}

function entriesOf(plan: Plan, target: string, { exposures, baseline }: Held): readonly Entry[] {
  const segments = new Map<string, Entry>()
  const own = togglesOf(plan, target).flatMap((name): readonly Entry[] => {
    const toggle = plan.toggles[name]
    if (!toggle) return []
    const exposure = exposureOf(plan, target, name, exposures)
    const isEarly = isForward(toggle, exposureOf(plan, target, name, baseline), exposure)
    const rules = rulesOf(plan, toggle)
    for (const [segment, rule] of rules) {
      const variable = segmentVariable(segment)
      const isElsewhere = (segments.get(variable)?.word ?? '') !== ''
      if (!isElsewhere) segments.set(variable, { is: 'segment', toggle: name, variable, word: isEarly ? rule : '' })
    }
    const { users, deny } = listVariables(toggle.variable)
    const list = (is: 'users' | 'deny', variable: string, ids: readonly string[] | undefined): readonly Entry[] =>
      ids ? [{ is, toggle: name, variable, word: isEarly ? ids.join() : '' }] : []
    // At 100 % the plain word: it is all that an application without the SDK may know.
    const named = isEarly && exposure < 100 && rules.length > 0 ? `;seg=${rules.map(([segment]) => segment).join()}` : ''
    return [
      { is: 'word', toggle: name, variable: toggle.variable, word: wordFor(toggle, exposure) + named },
      ...list('users', users, listOf(plan, toggle, 'allow')),
      ...list('deny', deny, listOf(plan, toggle, 'deny')),
    ]
  })
  return [...own, ...segments.values()]
}

/** What a target holds of a toggle: of one that goes by instances, that of the instances it is on at. */
function exposureOf(plan: Plan, target: string, name: string, exposures: Exposures): Exposure {
  const toggle = plan.toggles[name]
  return toggle ? heldBy(plan, target, toggle, exposures[name] ?? toggle.default) : 0
}
