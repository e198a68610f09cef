import type { SketchToggle } from '../../config/sketch.ts'
import type { FoundFile } from './env-files.ts'
import { inCaseOf } from './in-case-of.ts'

const NAMED = /(?:^|_)(?:FEATURES?|FF|TOGGLES?|FLAGS?|ENABLED?)(?:_|$)/i
/** Switches that no team rolls out to some of its users. */
const SETTING = /^(?:.*_)?(?:CI|DEBUG|VERBOSE|QUIET|TRACE|PRODUCTION|TESTING|DRY_RUN|SSL|TLS|HTTPS|SECURE)$/i
/** What a plan refuses as a key. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype'])

/** Words that mean on and off, as people write them. Digits say so only where the name does. */
const PAIRS = [
  ['true', 'false'],
  ['on', 'off'],
  ['yes', 'no'],
  ['1', '0'],
] as const
const PLAIN = new Set(['true', 'false', 'on', 'off'])

/** The nearest env file with the most toggles, and what can be rolled out of it. */
export interface Inventory {
  /** Relative to the folder. */
  readonly file: string
  /** Toggles that are off; when none is, those that are on. */
  readonly toggles: readonly SketchToggle[]
  /** Names of toggles that are on for everybody: there is nothing to roll out. */
  readonly on: readonly string[]
  /** Names of what is on or off beside them, and is not called a toggle. */
  readonly others: readonly string[]
  /** Other files that hold some of the toggles too. */
  readonly elsewhere: readonly { readonly file: string; readonly toggles: readonly string[] }[]
}

/** Looks through env files for toggles. Undefined when none holds one. */
export function findInventory(files: readonly FoundFile[]): Inventory | undefined {
  const all = files.flatMap(({ file, assignments }) => {
    const { toggles, others } = togglesIn(assignments)
    return toggles.length > 0 ? [{ file, toggles, others }] : []
  })
  const [best, ...others] = all.toSorted((a, b) => depthOf(a.file) - depthOf(b.file) || b.toggles.length - a.toggles.length)
  if (!best) return undefined
  const off = best.toggles.filter(({ isOn }) => !isOn)
  const toggles = off.length > 0 ? off : best.toggles
  const names = toggles.map(({ name }) => name)
  return {
    file: best.file,
    toggles,
    on: best.toggles.flatMap(({ name, isOn }) => (isOn ? [name] : [])),
    others: best.others,
    elsewhere: others.flatMap((other) => {
      const same = other.toggles.map(({ name }) => name).filter((name) => names.includes(name))
      return same.length > 0 ? [{ file: other.file, toggles: same }] : []
    }),
  }
}

/** What lies in `deploy` is as near as what lies beside the plan. */
function depthOf(file: string): number {
  return file.replace(/^deploy\//, '').split('/').length
}

/** A variable that is assigned twice is one toggle. Beside names that say so, another switch is a setting: `DEBUG=false`. */
function togglesIn(assignments: FoundFile['assignments']): {
  readonly toggles: readonly SketchToggle[]
  readonly others: readonly string[]
} {
  const all = assignments.flatMap(({ name, value }) => toggleOf(name, value) ?? [])
  const found = [...new Map(all.map((toggle) => [toggle.name, toggle])).values()]
  const named = found.filter(({ name }) => NAMED.test(name))
  const unnamed = found.filter(({ name }) => !NAMED.test(name) && !SETTING.test(name))
  return named.length > 0 ? { toggles: named, others: unnamed.map(({ name }) => name) } : { toggles: unnamed, others: [] }
}

function toggleOf(name: string, value: string): SketchToggle | undefined {
  const lower = value.toLowerCase()
  const pair = PAIRS.find((each) => each.some((word) => word === lower))
  if (!pair || REFUSED.has(name) || !(NAMED.test(name) || PLAIN.has(lower))) return undefined
  const [on, off] = pair.map((word) => inCaseOf(value, word))
  // A mixture such as tRuE is nobody's word.
  return on === undefined || off === undefined || (value !== on && value !== off)
    ? undefined
    : { name, words: { on, off }, isOn: value === on }
}
