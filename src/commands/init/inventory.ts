import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SketchToggle } from '../../config/sketch.ts'

const FOLDERS = ['.', 'deploy']
/** Larger than any env file a target would accept. */
const LARGEST = 1 << 20
const NAMED = /^(?:FEATURE|FF|TOGGLE)_\w+$|_ENABLED$/
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

/** The env file with the most toggles, and what can be rolled out of it. */
export interface Inventory {
  /** Relative to the folder. */
  readonly file: string
  /** Toggles that are off; when none is, those that are on. */
  readonly toggles: readonly SketchToggle[]
  /** Names of toggles that are on for everybody: there is nothing to roll out. */
  readonly on: readonly string[]
}

/** Looks through `.env`, `.env.*`, `*.env` and `deploy/*.env`. Undefined when none holds a toggle. */
export function findInventory(folder: string): Inventory | undefined {
  const files = FOLDERS.flatMap((inside) => envFiles(join(folder, inside)).map((name) => (inside === '.' ? name : `${inside}/${name}`)))
  const all = files.map((file) => ({ file, toggles: [...togglesIn(join(folder, file)).values()] }))
  const best = all.toSorted((a, b) => b.toggles.length - a.toggles.length).at(0)
  if (!best || best.toggles.length === 0) return undefined
  const off = best.toggles.filter(({ isOn }) => !isOn)
  return {
    file: best.file,
    toggles: off.length > 0 ? off : best.toggles,
    on: best.toggles.flatMap(({ name, isOn }) => (isOn ? [name] : [])),
  }
}

/** Samples and examples are no place to write to. */
function envFiles(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^\.env(?:\.[\w.-]+)?$|^[\w.-]+\.env$/.test(name))
    return names.filter((name) => !/example|sample|template|\.rollout-backup$/.test(name)).toSorted()
  } catch {
    return []
  }
}

/** By name, so that a variable that is assigned twice is one toggle. */
function togglesIn(file: string): ReadonlyMap<string, SketchToggle> {
  const found = new Map<string, SketchToggle>()
  for (const line of textOf(file).split(/\r?\n/)) {
    const [, name = '', , value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(["']?)([\w.%]*)\2\s*(?:#.*)?$/.exec(line) ?? []
    const toggle = toggleOf(name, value)
    if (toggle) found.set(name, toggle)
  }
  return found
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

/** `TRUE` goes with `FALSE`, `True` with `False`. */
function inCaseOf(sample: string, word: string): string {
  if (sample === sample.toLowerCase()) return word
  return sample === sample.toUpperCase() ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)
}

function textOf(file: string): string {
  try {
    const stat = statSync(file)
    return stat.isFile() && stat.size <= LARGEST ? readFileSync(file, 'utf8') : ''
  } catch {
    return ''
  }
}
