import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { argv, shellLine } from '../argv.ts'
import { target } from '../define.ts'
import { plain, spawn } from '../spawn.ts'
import { fillTemplate, placeholders, unknownPlaceholder } from '../../core/values/template.ts'
import { readEach, writeEach } from '../each-variable.ts'
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

const options = z
  .strictObject({
    set: template(['name', 'value', 'epoch'], ['value']).describe(
      'Command that writes one variable, as a list: {{name}}, {{value}}, and {{epoch}}, which grows with every change',
    ),
    get: template(['name'], []).describe(
      'Command that prints the value of {{name}}, as a list; it prints nothing when the variable is not set',
    ),
    fenced: z
      .boolean()
      .default(false)
      .describe(
        '`set` refuses an {{epoch}} older than the newest it was given for that variable: then nothing is waited for after a rollback',
      ),
    concurrency: z.number().int().min(1).max(64).default(1).describe('How many commands may run at once; one after another unless told'),
    pass: z.array(z.string()).default([]).describe('Environment variables the commands may see besides PATH, HOME, LANG, TZ and TMPDIR'),
    timeout: timeout.describe('For one command (10s)'),
  })
  .superRefine(({ set, fenced }, context) => {
    const isGiven = set.flatMap(placeholders).includes('epoch')
    if (fenced && !isGiven) context.addIssue({ code: 'custom', path: ['fenced'], message: 'needs {{epoch}} among the arguments of set' })
  })

/**
 * Two commands of the user's own: one writes a variable, one prints it. They run in the plan's folder, without a shell. An exit code other than 0 is a refusal.
 */
export default target({
  options,
  read: async (given, names, loan) => readEach(names, { ...given, signal: loan.signal }, async (name) => readOne(given, name, loan)),
  write: async (given, words, loan) =>
    writeEach(words, { ...loan, concurrency: given.concurrency }, async (name, value) => {
      await spawn(filled(given.set, { name, value, epoch: String(loan.epoch) }), lent(given, loan))
    }),
  settle: ({ fenced, timeout }) => (fenced ? 0 : timeout),
  lag: ({ timeout }) => timeout,
  deadline: ({ timeout, concurrency }, variables) => timeout * Math.ceil(variables / concurrency),
  byHand: ({ set }, words, { epoch }) =>
    Object.entries(words).map(([name, value]) => shellLine(filled(set, { name, value, epoch: String(epoch) }))),
})

type Options = z.infer<typeof options>

/** The word of one variable; undefined when the command prints nothing. */
async function readOne(given: Options, name: string, loan: Loan): Promise<string | undefined> {
  const { stdout } = await spawn(filled(given.get, { name }), lent(given, loan))
  return plain(stdout).trim() || undefined
}

function lent({ pass, timeout }: Options, { folder, env, signal }: Loan) {
  return { cwd: folder, env, signal, pass, timeout }
}

function filled([file, ...args]: readonly [string, ...string[]], values: Readonly<Record<string, string>>): [string, ...string[]] {
  const option = Object.values(values).find((value) => value.startsWith('-'))
  if (option !== undefined)
    throw new RolloutError('config', {
      message: `"${option}" would be read as an option by ${file}`,
      hint: 'words: in the inventory chooses others',
    })
  return [file, ...args.map((arg) => fillTemplate(arg, values))]
}
