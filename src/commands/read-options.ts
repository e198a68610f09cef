import { RolloutError } from '../core/values/errors.ts'
import { parseDuration, parseExposure } from '../core/values/units.ts'
import { spelling, type Option, type OptionTable, type Row, type Values } from './option.ts'

/** The value of one option as commander gives it: undefined where none was typed. */
export type Typed = string | boolean | readonly string[] | undefined

type Read = string | number | boolean | readonly string[] | Readonly<Record<string, string>> | undefined

/**
 * Returns what was typed as values of the options' kinds, once every relation of the table holds. Throws `usage` for a
 * value of another kind, and for an option without what it needs or beside what it excludes.
 */
export function readOptions<Of extends OptionTable>(
  options: Of,
  typed: Readonly<Record<string, Typed>>,
  oneOf: Row['oneOf'] = [],
): Values<Of> {
  const values = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, readOption(name, option, typed[name])]))
  checkRelations(options, values, oneOf)
  if (!isRead(options, values)) throw new Error('an option was read as another kind than its own')
  return values
}

function readOption(name: string, option: Option, typed: Typed): Read {
  const words = typeof typed === 'string' ? [typed] : Array.isArray(typed) ? typed : []
  const [written] = words
  switch (option.is) {
    case 'switch':
      return typed === true
    case 'list':
      return (option.argument ? words : words.flatMap((word) => word.split(','))).map((word) => chosen(name, option, word.trim()))
    case 'pairs':
      return Object.fromEntries(words.map((word) => pairOf(name, option, word)))
    case 'text':
      return written === undefined ? undefined : chosen(name, option, written)
    default:
      return written === undefined ? undefined : numberOf(name, option, written)
  }
}

function chosen(name: string, option: Option & { readonly is: 'text' | 'list' }, written: string): string {
  if (!option.choices || option.choices.includes(written)) return written
  throw wrong(name, option, written, `one of ${option.choices.join(', ')}`)
}

function numberOf(name: string, option: Option & { readonly is: 'duration' | 'exposure' | 'number' }, written: string): number {
  const value = parse(option, written)
  if (value === undefined) throw wrong(name, option, written)
  return value
}

function parse(option: Option & { readonly is: 'duration' | 'exposure' | 'number' }, written: string): number | undefined {
  if (option.is === 'duration') return parseDuration(written)
  if (option.is === 'exposure') return parseExposure(written)
  const found = option.form.exec(written)?.[1]
  return found === undefined || Number(found) > (option.most ?? Number.POSITIVE_INFINITY) ? undefined : Number(found)
}

function pairOf(name: string, option: Option & { readonly is: 'pairs' }, written: string): readonly [string, string] {
  const at = written.indexOf('=')
  if (at < 1) throw wrong(name, option, written)
  return [written.slice(0, at), written.slice(at + 1)]
}

function wrong(name: string, option: Exclude<Option, { readonly is: 'switch' }>, written: string, otherwise?: string): RolloutError {
  const what = option.argument ? JSON.stringify(written.slice(0, 100)) : `${spelling(name, option)} ${written}`
  const hint = option.hint ?? otherwise
  const article = /^[aeiou]/.test(option.takes) ? 'an' : 'a'
  return new RolloutError('usage', { message: `${what} is not ${article} ${option.takes}`, ...(hint !== undefined && { hint }) })
}

function checkRelations(options: OptionTable, values: Readonly<Record<string, Read>>, oneOf: readonly string[]): void {
  const isGiven = (name: string): boolean => isSaid(values[name])
  const shown = (name: string): string => (options[name] ? spelling(name, options[name]) : name)
  if (oneOf.filter(isGiven).length > 1) {
    const all = oneOf.map(shown)
    const message = `${all.slice(0, -1).join(', ')} and ${all.at(-1)} exclude each other`
    throw new RolloutError('usage', { message, hint: 'give one of them, or none' })
  }
  for (const [name, { needs = [], not = [], behind }] of Object.entries(options).filter(([each]) => isGiven(each))) {
    const { verb } = values
    if (behind && !(typeof verb === 'string' && behind.includes(verb)))
      throw new RolloutError('usage', {
        message: `${shown(name)} goes with ${behind.join(' and ')} alone`,
        hint: options['verb']?.about ?? '',
      })
    const barred = not.find(isGiven)
    if (barred !== undefined)
      throw new RolloutError('usage', { message: `${shown(name)} does not go with ${shown(barred)}`, hint: 'one of them' })
    const missing = needs.find((each) => !isGiven(each))
    if (missing !== undefined) {
      const hint = `${shown(missing)}: ${options[missing]?.about ?? ''}`
      const subject = options[name]?.argument ? JSON.stringify(values[name]) : shown(name)
      throw new RolloutError('usage', { message: `${subject} needs ${shown(missing)}`, hint })
    }
  }
}

/** A reason of blanks is none. */
function isSaid(value: Read): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value === 'object') return Object.keys(value).length > 0
  return value !== undefined && value !== false
}

/** The compiler's word for what `readOption` did: a value of the kind of its option under every name. */
function isRead<Of extends OptionTable>(options: Of, values: Readonly<Record<string, Read>>): values is Values<Of> {
  return Object.entries(options).every(([name, { is }]) => {
    const value = values[name]
    if (is === 'switch') return typeof value === 'boolean'
    if (is === 'list' || is === 'pairs') return typeof value === 'object'
    return value === undefined || typeof value === (is === 'text' ? 'string' : 'number')
  })
}
