import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { argv, shellLine } from '../argv.ts'
import { target } from '../define.ts'
import { plain, spawn } from '../spawn.ts'
import { fill, placeholders, unknownPlaceholder } from '../../core/values/template.ts'
import { timeout } from '../timeout.ts'

const template = (known: readonly string[], needed: readonly string[]) =>
  argv.superRefine((words, context) => {
    const complain = (message: string, ...path: number[]): void => context.addIssue({ code: 'custom', message, path })
    for (const [nth, word] of words.entries()) {
      const unknown = unknownPlaceholder(word, known)
      if (unknown !== undefined) complain(unknown, nth)
    }
    if (placeholders(words[0]).length > 0) complain('the command itself has no placeholder, its arguments have', 0)
    const used = new Set(words.flatMap(placeholders))
    for (const name of needed) if (!used.has(name)) complain(`no argument holds {{${name}}}`)
  })

const options = z.strictObject({
  set: template(['name', 'value', 'epoch'], ['value']).describe(
    'Command that writes one variable, as a list: {{name}}, {{value}}, and {{epoch}}, which grows with every change (0 by hand)',
  ),
  get: template(['name'], []).describe(
    'Command that prints the value of {{name}}, as a list; it prints nothing when the variable is not set',
  ),
  pass: z.array(z.string()).default([]).describe('Environment variables the commands may see besides PATH, HOME, LANG, TZ and TMPDIR'),
  timeout: timeout.describe('For one command (10s)'),
})

/**
 * Two commands of the user's own: one writes a variable, one prints it. They run in the plan's folder,
 * one after another, without a shell. An exit code other than 0 is a refusal.
 */
export default target({
  options,
  read: async ({ get, ...how }, names, loan) => {
    const words: Record<string, string> = {}
    for (const name of names) {
      const { stdout } = await spawn(filled(get, { name }), lent(how, loan))
      const word = plain(stdout).trim()
      if (word !== '') words[name] = word
    }
    return words
  },
  write: async ({ set, ...how }, words, loan) => {
    for (const [name, value] of Object.entries(words)) await spawn(filled(set, { name, value, epoch: String(loan.epoch) }), lent(how, loan))
  },
  // A `set` that is handed the epoch is trusted to refuse an older one.
  settle: ({ set, timeout }) => (set.flatMap(placeholders).includes('epoch') ? 0 : timeout),
  byHand: ({ set }, words) => Object.entries(words).map(([name, value]) => shellLine(filled(set, { name, value, epoch: '0' }))),
})

function lent({ pass, timeout }: Pick<z.infer<typeof options>, 'pass' | 'timeout'>, { folder, env, signal }: Loan) {
  return { cwd: folder, env, signal, pass, timeout }
}

function filled([file, ...args]: readonly [string, ...string[]], values: Readonly<Record<string, string>>): [string, ...string[]] {
  const option = Object.values(values).find((value) => value.startsWith('-'))
  if (option !== undefined)
    throw new RolloutError('config', {
      message: `"${option}" would be read as an option by ${file}`,
      hint: 'words: in the inventory chooses others',
    })
  return [file, ...args.map((arg) => fill(arg, values))]
}
