import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import type { Loan } from '../../core/ports.ts'
import { argv, shellLine } from '../argv.ts'
import { target } from '../define.ts'
import { perform, plain, spawn } from '../spawn.ts'
import { fillTemplate, placeholders, unknownPlaceholder } from '../../core/values/template.ts'
import { readEach, writeEach } from '../each-variable.ts'
import { numbersFor, numeralsIn, refuseNumber, severalNumerals, unknownBesideNumbers, wordOfNumber, type Numeral } from '../numeral.ts'
import { timeout } from '../timeout.ts'

const template = (description: string, unknown: (word: string) => string | undefined) =>
  argv.check(z.describe(description), ({ value: words, issues }) => {
    const complain = (message: string, nth: number): void => void issues.push({ code: 'custom', message, path: [nth], input: words })
    for (const [nth, word] of words.entries()) {
      const wrong = unknown(word)
      if (wrong !== undefined) complain(wrong, nth)
    }
    if (placeholders(words[0]).length > 0) complain('the command itself has no placeholder, its arguments have', 0)
  })

/** Characters of what was printed that fit into a message. */
const EXCERPT = 200

const options = z
  .strictObject({
    set: template(
      'Command that writes one variable, as a list: {{name}}, {{value}} or a number ({{percent}}: 25, {{share}}: 0.25, {{weight:1000}}: 250), and {{epoch}}, which grows with every change',
      (word) => unknownBesideNumbers(word, ['name', 'value', 'epoch']),
    ),
    get: template(
      'Command that prints the value of {{name}}, as a list; it prints nothing when the variable is not set. A number is read as it is written',
      (word) => unknownPlaceholder(word, ['name']),
    ),
    fenced: z
      .boolean()
      .default(false)
      .describe(
        '`set` refuses an {{epoch}} older than the newest it was given for that variable: then nothing is waited for after a rollback',
      ),
    concurrency: z.number().int().min(1).max(64).default(1).describe('How many commands may run at once; one after another unless told'),
    pass: z.array(z.string()).default([]).describe('Environment variables the commands may see besides PATH, HOME, LANG, TZ and TMPDIR'),
    timeout: timeout.check(z.describe('For one command (10s)')),
  })
  .superRefine(({ set, fenced }, context) => {
    const complain = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    const used = set.flatMap(placeholders)
    const numerals = numeralsIn(set.join(' '))
    const several = severalNumerals(numerals)
    if (several !== undefined) complain('set', several)
    if (!used.includes('value') && numerals.length === 0) complain('set', 'no argument holds {{value}}')
    if (fenced && !used.includes('epoch')) complain('fenced', 'needs {{epoch}} among the arguments of set')
  })

/**
 * Two commands of the user's own: one writes a variable, one prints it. They run in the plan's folder, without a shell. An exit code other than 0 is a refusal.
 */
export default target({
  options,
  read: async (given, names, loan) => readEach(names, { ...given, signal: loan.signal }, async (name) => readOne(given, name, loan)),
  write: async (given, words, loan) =>
    writeEach(words, { ...loan, concurrency: given.concurrency }, async (name, value) => {
      await perform(written(given, name, value, loan.epoch), lent(given, loan))
    }),
  settle: ({ fenced, timeout }) => (fenced ? 0 : timeout),
  lag: ({ timeout }) => timeout,
  deadline: ({ timeout, concurrency }, variables) => timeout * Math.ceil(variables / concurrency),
  refuses: (given, _, word) => refuseNumber(numeralOf(given), word),
  byHand: (given, words, { epoch }) => Object.entries(words).map(([name, value]) => shellLine(written(given, name, value, epoch))),
})

type Options = z.infer<typeof options>

/** The word of one variable; undefined when the command prints nothing. */
async function readOne(given: Options, name: string, loan: Loan): Promise<string | undefined> {
  const { stdout } = await spawn(filled(given.get, { name }), lent(given, loan))
  const found = plain(stdout).trim() || undefined
  const numeral = numeralOf(given)
  return numeral && found !== undefined ? wordOfNumber(numeral, found, `${given.get[0]} printed ${found.slice(0, EXCERPT)}`) : found
}

/** The number that the place holds instead of a word. */
function numeralOf({ set }: Options): Numeral | undefined {
  return numeralsIn(set.join(' '))[0]
}

function written(given: Options, name: string, value: string, epoch: number): [string, ...string[]] {
  return filled(given.set, { name, value, epoch: String(epoch), ...numbersFor(numeralOf(given), value) })
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
