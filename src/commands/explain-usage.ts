import { shellWord } from '../core/values/shell-word.ts'
import { RolloutError } from '../core/values/errors.ts'
import { spelling, type OptionTable } from './option.ts'
import { PEERS } from './peers.ts'
import { GLOBAL, VERBS, type Verb } from './table.ts'

/**
 * Returns why a line is not understood, and what to type: for the verb of another tool ours, for a flag that has become a
 * verb that verb, for a flag of another verb its owner. `message` is commander's.
 */
export function explainUsage(message: string, argv: readonly string[]): RolloutError {
  const [said = '', near] = message.replace(/^error: /, '').split('\n')
  const word = /^unknown (?:command|option) '(.*)'$/.exec(said)?.[1] ?? ''
  const verb = argv.find(isVerb)
  const help = verb === undefined ? 'rollout --help lists the commands' : `rollout ${verb} --help shows how`
  const suggestion = near === undefined ? help : `${near.replace(/^\(D(.*)\)$/, 'd$1')} ${help}`
  return said.startsWith('unknown command')
    ? new RolloutError('usage', peer(word) ?? { message: said, hint: suggestion })
    : new RolloutError('usage', formerFlag(argv, word) ?? foreignFlag(verb, word) ?? { message: said, hint: suggestion })
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(VERBS, word)
}

function peer(word: string) {
  const lines = Object.hasOwn(PEERS, word) ? PEERS[word] : undefined
  if (!lines) return undefined
  const hint = lines.map((line) => `rollout ${line}`).join(', or ')
  return { message: `there is no "${word}" here: nothing was done`, hint }
}

/** A flag that is named like a verb was one before: `run --drill X` is `drill X`. */
function formerFlag(argv: readonly string[], flag: string) {
  const name = flag.slice(2).split('=', 1)[0] ?? ''
  const verb = argv.findIndex((word) => Object.hasOwn(VERBS, word))
  const at = argv.findIndex((word, nth) => nth > verb && (word === `--${name}` || word.startsWith(`--${name}=`)))
  if (!Object.hasOwn(VERBS, name) || at < 0) return undefined
  const value = argv[at]?.split('=').slice(1) ?? []
  const rest = argv.filter((_, nth) => nth !== at && nth !== verb)
  const words = [name, ...(value.length > 0 ? [value.join('=')] : []), ...rest].map(shellWord)
  return { message: `--${name} is a command of its own: nothing was done`, hint: `rollout ${words.join(' ')}` }
}

function foreignFlag(verb: Verb | undefined, flag: string) {
  const [own = '', value] = flag.split('=', 2)
  if (verb !== undefined && value !== undefined && hasFlag(VERBS[verb].options, flag))
    return { message: `${own} takes no value: nothing was done`, hint: own }
  const owners = Object.entries(VERBS).flatMap(([name, row]) => (hasFlag(row.options, flag) ? [`rollout ${name}`] : []))
  if (verb === undefined || owners.length === 0) return undefined
  return { message: `rollout ${verb} has no ${flag}: nothing was done`, hint: `it is a flag of ${owners.join(', ')}` }
}

function hasFlag(options: OptionTable, flag: string): boolean {
  const names = Object.entries({ ...options, ...GLOBAL }).map(([name, option]) => spelling(name, option))
  return names.includes(flag.split('=', 1)[0] ?? '')
}
