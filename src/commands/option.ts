/** What a verb takes: a flag, or with `argument` a word behind the verb. Its name in the table is its spelling: `ifStep` is `--if-step`. */
interface Shared {
  readonly about: string
  readonly short?: `-${string}`
  readonly argument?: true
  /** An argument that must be there. */
  readonly required?: true
  /** Others, by name, without which it is refused. */
  readonly needs?: readonly string[]
  /** Others, by name, beside which it is refused. */
  readonly not?: readonly string[]
  /** Words of the argument `verb` behind one of which alone it is taken. */
  readonly behind?: readonly string[]
}

interface Valued extends Shared {
  /** What stands for the value in help: `<file>`. */
  readonly takes: string
  /** Said where the value is wrong. */
  readonly hint?: string
}

export type Option =
  | (Shared & { readonly is: 'switch' })
  | (Valued & { readonly is: 'text'; readonly choices?: readonly string[] })
  | (Valued & { readonly is: 'duration' })
  | (Valued & { readonly is: 'exposure' })
  /** A number in a form of its own: what the one group of the form matches. */
  | (Valued & { readonly is: 'number'; readonly form: RegExp; readonly most?: number })
  /** Separated by commas as a flag, by spaces as an argument. */
  | (Valued & { readonly is: 'list'; readonly choices?: readonly string[] })
  /** `name=value`, as often as wanted. */
  | (Valued & { readonly is: 'pairs' })

export type OptionTable = Readonly<Record<string, Option>>

/** A verb of the table. */
export interface Row {
  readonly about: string
  readonly group: 'Daily' | 'Understand' | 'Rehearse' | 'Produce' | 'Plumbing'
  readonly options: OptionTable
  /** Names of options of which one at most is given. */
  readonly oneOf?: readonly string[]
  /** What it appends is told to channels once it is done. */
  readonly tells?: true
}

type Choice<Of> = Of extends { readonly choices: readonly (infer Each)[] } ? Each : string

type Value<Of> = Of extends { readonly is: 'switch' }
  ? boolean
  : Of extends { readonly is: 'list' }
    ? readonly Choice<Of>[]
    : Of extends { readonly is: 'pairs' }
      ? Readonly<Record<string, string>>
      : (Of extends { readonly is: 'text' } ? Choice<Of> : number) | (Of extends { readonly required: true } ? never : undefined)

/** The values typed for these options: every name is there, with `undefined`, `false` or nothing in it where it was not typed. */
export type Values<Of> = { readonly [Name in keyof Of]: Value<Of[Name]> }

/** Returns the long spelling: `--if-step` of `ifStep`; of an argument its name in capitals. */
export function spelling(name: string, option: Option): string {
  return option.argument ? name.toUpperCase() : `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Returns how help writes an option with its value: `-f, --file <path>`, `--override <gate,…>`, `[toggles...]`. */
export function usageOf(name: string, option: Option): string {
  if (option.argument) {
    const word = option.is === 'list' ? `${name}...` : name
    return option.required ? `<${word}>` : `[${word}]`
  }
  const short = option.short === undefined ? '' : `${option.short}, `
  const many = { list: ',…', pairs: '...' }
  const value = 'takes' in option ? ` <${option.takes}${option.is === 'list' || option.is === 'pairs' ? many[option.is] : ''}>` : ''
  return `${short}${spelling(name, option)}${value}`
}

/** Returns what help says of an option: what it does, what it needs, what it does not go with. */
export function describeOption(name: string, options: OptionTable, oneOf: Row['oneOf'] = []): string {
  const { about = '', needs = [], not = [], behind = [] } = options[name] ?? {}
  const others = oneOf.includes(name) ? oneOf.filter((each) => each !== name) : []
  const shown = (names: readonly string[]): string =>
    names.flatMap((each) => (options[each] ? [spelling(each, options[each])] : [])).join(', ')
  const needed = needs.length > 0 ? ` (needs ${shown(needs)})` : ''
  const barred = [...not, ...others]
  const of = behind.length > 0 ? ` (with ${behind.join(', ')})` : ''
  return `${about}${of}${needed}${barred.length > 0 ? ` (not with ${shown(barred)})` : ''}`
}
