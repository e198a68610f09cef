import type { VerbAnswer, Session } from '../session/session.ts'
import { renderCompletion } from '../views/completion.ts'
import { describeOption, spelling, type OptionTable } from './option.ts'
import { GLOBAL, VERBS, type ValuesOf } from './table.ts'

/** Prints a completion script made from the table of verbs. */
export default async function completion({ options }: Session<ValuesOf<'completion'>>): Promise<VerbAnswer> {
  const verbs = Object.entries(VERBS).map(([name, { about, options: own }]) => ({ name, about, flags: flagsOf(own), ...wordsOf(own) }))
  const script = renderCompletion(options.shell, verbs, flagsOf(GLOBAL))
  return { outcome: 'done', kind: 'completion', value: { shell: options.shell, script }, text: () => script }
}

function flagsOf(options: OptionTable) {
  return Object.entries(options).flatMap(([name, option]) => {
    if (option.argument) return []
    const choices = 'choices' in option && option.choices ? { choices: option.choices } : {}
    const takes = 'takes' in option ? { takes: option.takes } : {}
    return [{ flag: spelling(name, option), about: describeOption(name, { ...options, ...GLOBAL }), ...takes, ...choices }]
  })
}

function wordsOf(options: OptionTable) {
  const first = Object.values(options).find(({ argument }) => argument)
  return first && 'choices' in first && first.choices ? { choices: first.choices } : {}
}
