import type { Json } from '../core/values/json.ts'

/** Begins as no number does, and holds no sign that means something in YAML. */
const WORD = String.raw`(?:[A-Za-z/]|\.(?!\d))(?:[\w./-]|:(?=[\w./-]))*`
const LIST = String.raw`\[${WORD}(?:, ${WORD})*\]`
/** Printable ASCII that needs no escape. */
const QUOTED = String.raw`"[ !#-[\]-~]*"`
const KEY = String.raw`[A-Za-z]\w*`
const VALUE = `(?:${WORD}|${LIST}|${QUOTED})`
const PAIR = `(${KEY}): (${VALUE})`
const PAIRS = `${KEY}: ${VALUE}(?:, ${KEY}: ${VALUE})*`
const END = '(?: +#.*)?$'

const TARGETS = new RegExp(`^targets:${END}`)
const IN_BRACES = new RegExp(String.raw`^ {2}([A-Za-z][\w-]*): +\{ (${PAIRS}) \}${END}`)
const ON_LINES = new RegExp(String.raw`^ {2}([A-Za-z][\w-]*):${END}`)
const LINE = new RegExp(`^ {4}(${PAIR})${END}`)
const NOTHING = /^ *(?:#.*)?$/
/** Words that are no text to YAML 1.2, in the letters it takes and in any others, and names that no key may have. */
const RESERVED = /^(?:true|false|null|\.inf|\.nan|constructor|prototype)$/i

type Targets = { readonly [target: string]: { readonly [option: string]: Json } }

/**
 * Reads the targets of a plan without a YAML parser, where their lines say them in the plainest way: words, lists of
 * words, and text in quotes. What only opens targets, a rollback or a `status`, does not wait for the parser then. YAML
 * reads what is returned the same way; undefined where a line is written in any other, or a name stands there twice.
 */
export function plainTargets(text: string): Targets | undefined {
  const [first, ...lines] = text.split('\n')
  if (first === undefined || !TARGETS.test(first)) return undefined
  const targets = new Map<string, Map<string, Json>>()
  let open: Map<string, Json> | undefined
  for (const line of lines) {
    if (NOTHING.test(line)) continue
    const [, pair] = LINE.exec(line) ?? []
    if (pair !== undefined) {
      if (!open || !takePairs(open, pair)) return undefined
      continue
    }
    const [, name, pairs] = ON_LINES.exec(line) ?? IN_BRACES.exec(line) ?? []
    if (name === undefined || targets.has(name) || RESERVED.test(name)) return undefined
    const options = new Map<string, Json>()
    targets.set(name, options)
    if (pairs !== undefined && !takePairs(options, pairs)) return undefined
    open = pairs === undefined ? options : undefined
  }
  return Object.fromEntries([...targets].map(([name, each]) => [name, Object.fromEntries(each)]))
}

/** Returns whether each could be taken. */
function takePairs(options: Map<string, Json>, pairs: string): boolean {
  for (const [, key = '', written = ''] of pairs.matchAll(new RegExp(PAIR, 'g'))) {
    const value = valueOf(written)
    if (value === undefined || options.has(key) || RESERVED.test(key)) return false
    options.set(key, value)
  }
  return true
}

function valueOf(written: string): Json | undefined {
  if (written.startsWith('"')) return written.slice(1, -1)
  if (written.startsWith('[')) {
    const words = written.slice(1, -1).split(', ')
    return words.some((each) => RESERVED.test(each)) ? undefined : words
  }
  if (written === 'true' || written === 'false') return written === 'true'
  return RESERVED.test(written) ? undefined : written
}
