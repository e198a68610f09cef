import { parseSegment, segmentVariable } from '../core/toggle/segment.ts'
import { parseWord, type Word } from '../core/toggle/words.ts'
import type { Problems } from './problems.ts'
import { INVALID, ruleOf, UNSET, type CompiledRule } from './rule.ts'
import type { EnvSource } from './source.ts'

const NONE: Word = { exposure: 0, options: {} }

type Listing = '_DENY' | '_USERS'

/** Toggle → the words that mean 100 % and 0 % to it, where those are not `true` and `false`. */
export type OwnWords = Readonly<Record<string, { readonly on: string; readonly off: string }>>

/** Returns the word of a variable; undefined where it holds none. */
export function wordIn(source: EnvSource, name: string, own: OwnWords): Word | undefined {
  return parseWord(source.get(name) ?? '', Object.hasOwn(own, name) ? own[name] : undefined)
}

/** Compiles what the variables say of one toggle. A word that is not understood is reported, and the toggle is off. */
export function compile(toggle: string, source: EnvSource, own: OwnWords, tell: Problems['tell']): CompiledRule {
  const text = source.get(toggle)
  const variables = [toggle, `${toggle}_DENY`, `${toggle}_DENY_FILE`, `${toggle}_USERS`, `${toggle}_USERS_FILE`]
  const unclear = variables.find((name) => source.isUnclear(name))
  if (unclear !== undefined) {
    tell(unclear, `${unclear} is written twice or over several lines: ${toggle} is off`)
    return INVALID
  }
  const word = text === undefined ? NONE : wordIn(source, toggle, own)
  if (!word) {
    const { on, off } = Object.hasOwn(own, toggle) && own[toggle] ? own[toggle] : { on: 'true', off: 'false' }
    tell(toggle, `${toggle}=${shown(text ?? '')} is not a word (${off}, ${on} or a percentage such as 10%): it is off`)
    return INVALID
  }
  const denied = listed(toggle, '_DENY', source)
  const users = listed(toggle, '_USERS', source)
  if (denied === 'unreadable' || users === 'unreadable') {
    tell(`${toggle}_FILE`, `a list of ${toggle} cannot be read: it is off`)
    return INVALID
  }
  if (text === undefined && denied === undefined && users === undefined) return UNSET
  const segments = (word.options['seg']?.split(',') ?? []).flatMap((name) => {
    const variable = segmentVariable(name)
    const rule = source.get(variable)
    const segment = rule === undefined || source.isUnclear(variable) ? undefined : parseSegment(name, rule)
    if (!segment) tell(variable, `${variable}=${shown(rule ?? '')} is not a segment (such as country:in:se,no): nobody belongs to it`)
    return segment ? [segment] : []
  })
  return ruleOf(toggle, { word, denied, users, segments })
}

/**
 * Returns the share of the calls of a toggle, 0–1, beside which its new way runs: what `FEATURE_X_SHADOW` says, in the words
 * of a toggle without any option. What is not understood is reported, and is none.
 */
export function shadowShareOf(toggle: string, source: EnvSource, tell: Problems['tell']): number {
  const variable = `${toggle}_SHADOW`
  const text = source.get(variable)
  if (text === undefined) return 0
  const word = source.isUnclear(variable) ? undefined : parseWord(text)
  if (word && Object.keys(word.options).length === 0) return word.exposure / 100
  tell(variable, `${variable}=${shown(text)} is not a share (false, true or a percentage such as 5%): nothing is compared`)
  return 0
}

/** Changes when an answer about the toggle may. */
export function generationOf(toggle: string, source: EnvSource, own: OwnWords): string {
  const files = [source.get(`${toggle}_DENY_FILE`), source.get(`${toggle}_USERS_FILE`)]
  const segments = wordIn(source, toggle, own)?.options['seg']?.split(',') ?? []
  const names = [toggle, `${toggle}_DENY`, `${toggle}_USERS`, ...segments.map(segmentVariable)]
  const texts = [...names.map((name) => source.get(name)), ...files]
  return JSON.stringify([texts, names.map((name) => source.isUnclear(name)), files.map((file) => file && source.listVersion(file))])
}

/** Returns the names in the variables that are toggles: those that hold a word, and those that have a list. */
export function togglesIn(source: EnvSource, own: OwnWords): ReadonlySet<string> {
  return new Set(
    [...source.names()].flatMap((name) => {
      const [, toggle] = /^(.+)_(?:DENY|USERS)(?:_FILE)?$/.exec(name) ?? []
      if (toggle !== undefined) return [toggle]
      return wordIn(source, name, own) ? [name] : []
    }),
  )
}

function listed(toggle: string, listing: Listing, source: EnvSource): ReadonlySet<string> | undefined | 'unreadable' {
  const inline = source.get(toggle + listing)
  const path = source.get(`${toggle}${listing}_FILE`)
  if (inline === undefined && path === undefined) return undefined
  const fromFile = path === undefined ? [] : source.list(path)
  if (fromFile === undefined) return 'unreadable'
  const ids = [...(inline?.split(',').map((each) => each.trim()) ?? []), ...fromFile].filter((id) => id !== '')
  return ids.length === 0 ? undefined : new Set(ids)
}

/** A value for a log: on one line, and not a megabyte. */
function shown(value: string): string {
  return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value)
}
