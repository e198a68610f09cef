import { inCaseOf } from './in-case-of.ts'

/** A label that tells requests with a toggle on from those with it off. */
export interface TellingLabel {
  readonly label: string
  readonly on: string
  readonly off: string
  /** The toggle it is about, where its name or its values say so. */
  readonly toggle?: string
}

type Labels = Readonly<Record<string, string>>

/** Words for on and off, whatever the label is called. */
const CLEAR = [
  ['on', 'off'],
  ['enabled', 'disabled'],
  ['canary', 'stable'],
] as const
/** Words for yes and no: what of, only the name of the label says. */
const BARE = [
  ['true', 'false'],
  ['1', '0'],
  ['yes', 'no'],
] as const
/** Words that mean on and off of a release, under such a name. */
const NEW = ['new', 'next', 'canary', 'candidate', 'treatment', 'experiment', 'test', 'variant', 'green', 'b', 'v2', 'beta']
const OLD = ['old', 'current', 'stable', 'baseline', 'control', 'default', 'legacy', 'none', 'off', 'false', 'blue', 'a', 'v1', '']
/** What such a label is called. The version of a protocol or of an API is not that of a feature. */
const NAMED = /toggle|feature|flag|variant|experiment|treatment|canary|cohort|rollout|enabled|^(?:group|arm|track)$/i
const VERSION = /version/i
const FOREIGN = /(?:http|tls|ssl|api|proto|protocol|node|os|runtime|schema|client|browser|sdk)_?version/i
/** Values that stand as they are in a matcher and in YAML. */
const PLAIN = /^[\w.-]*$/

/** Finds the label that tells on from off in these series: one that a toggle is named in, else one by its name, else by its words. */
export function findTellingLabel(series: readonly Labels[], toggles: readonly string[]): TellingLabel | undefined {
  const labels = [...new Set(series.flatMap((each) => Object.keys(each)))].filter((label) => /^[a-zA-Z_]\w*$/.test(label))
  const ranked = labels.flatMap((label) => {
    const values = new Set(series.flatMap((each) => each[label] ?? []))
    return [...values].every((value) => PLAIN.test(value)) ? rankedOf(label, [...values], toggles) : []
  })
  return ranked.toSorted((a, b) => b.rank - a.rank)[0]?.groups
}

function rankedOf(label: string, values: readonly string[], toggles: readonly string[]) {
  const toggle = toggles.find((name) => plainName(name) === plainName(label))
  const valued = values.flatMap((value) =>
    toggles.filter((name) => value !== '' && plainName(name) === plainName(value)).map((of) => [value, of] as const),
  )
  const [only, second] = valued
  if (only && !second) {
    const off = onlyOne(values.filter((value) => OLD.includes(value.toLowerCase())))
    if (off !== undefined) return [{ rank: 3, groups: { label, on: only[0], off, toggle: only[1] } }]
  }
  const isNamed = toggle !== undefined || NAMED.test(label) || (VERSION.test(label) && !FOREIGN.test(label))
  const pair = pairIn(values, isNamed)
  if (!pair) return []
  const groups: TellingLabel = { label, ...pair, ...(toggle !== undefined && { toggle }) }
  const byName = isNamed ? 2 : 1
  return [{ rank: toggle === undefined ? byName : 3, groups }]
}

function pairIn(values: readonly string[], isNamed: boolean): Pick<TellingLabel, 'on' | 'off'> | undefined {
  const words = isNamed ? [...CLEAR, ...BARE] : CLEAR
  const written = (word: string): string | undefined => values.find((value) => value.toLowerCase() === word)
  for (const [on, off] of words) {
    const [isOn, isOff] = [written(on), written(off)]
    if (isOn !== undefined && isOff !== undefined) return { on: isOn, off: isOff }
  }
  if (!isNamed) return undefined
  const single = onlyOne(values)
  // Before a rollout nobody has the toggle on, and most libraries show no series that was never counted.
  for (const [on, off] of single === undefined ? [] : words) {
    if (single === written(off) && single !== undefined) return { on: inCaseOf(single, on), off: single }
    if (single === written(on) && single !== undefined) return { on: single, off: inCaseOf(single, off) }
  }
  return releasesIn(values)
}

/** Of exactly two: by their words, or by the number in them (`v1`, `v2`). */
function releasesIn([first, second, ...more]: readonly string[]): Pick<TellingLabel, 'on' | 'off'> | undefined {
  if (first === undefined || second === undefined || more.length > 0) return undefined
  for (const [on, off] of [
    [first, second],
    [second, first],
  ] as const) {
    if (NEW.includes(on.toLowerCase()) && OLD.includes(off.toLowerCase())) return { on, off }
  }
  const isNumbered = /\d/.test(first) && first.replaceAll(/\d+/g, '0') === second.replaceAll(/\d+/g, '0')
  if (!isNumbered) return undefined
  const isNewer = first.localeCompare(second, 'en', { numeric: true }) > 0
  return isNewer ? { on: first, off: second } : { on: second, off: first }
}

/** `FEATURE_NEW_SEARCH`, `new-search` and `newSearch` are one name. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:feature|ff|toggle|flag)[_.-]?/, '')
    .replace(/[_.-]enabled$/, '')
    .replaceAll(/[^a-z0-9]/g, '')
}

function onlyOne(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined
}
