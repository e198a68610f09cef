import { CommanderError, type Command } from 'commander'
import { ALONE, buildCommandLine } from './command-line.ts'
import type { Typed } from './commands/read-options.ts'
import { VERBS } from './commands/table.ts'
import { messageOf, RolloutError, type Outcome } from './core/values/errors.ts'
import { shellWord } from './core/values/shell-word.ts'
import { isRolloutHere } from './session/place.ts'
import { asAbout } from './session/as-about.ts'
import { withoutProgram } from './session/without-program.ts'
import type { Shell } from './shell.ts'

/** Runs one command line. Every error ends here, as one clear text and one exit code. */
export async function main(argv: readonly string[], shell: Shell): Promise<Outcome> {
  let outcome: Outcome = 'done'
  let isPrinted = false
  const write = (text: string): void => {
    isPrinted = true
    shell.out.write(text)
  }
  let world: Shell = { ...shell, typed: ['rollout', ...argv].map(shellWord).join(' '), out: { ...shell.out, write } }
  try {
    const about = { ...world, out: argv.includes('--json') ? asAbout(world.out) : world.out }
    const program = buildCommandLine(argv, about, async (verb, typed) => {
      // Loaded for a verb, and not for a help text.
      const { carryOut } = await import('./commands/carry-out.ts')
      world = await answering(world, typed)
      outcome = await carryOut(verb, typed, world)
    })
    await parse(program, argv, shell)
    return outcome
  } catch (caught) {
    const thrown = isOutside(caught) && shell.signal.aborted ? shell.signal.reason : caught
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 'done'
    try {
      const { printError } = await import('./session/print-error.ts')
      const error = await explained(thrown, argv, shell)
      // One value on stdout: where there is one already the error is told beside it.
      printError({ ...shell, err: world.err }, argv.includes('--json') && !isPrinted, error)
      return error instanceof RolloutError ? error.code : 'bug'
    } catch (unloaded) {
      shell.err.write(`✗ ${messageOf(withoutProgram(unloaded, shell.home) ?? unloaded)}\n`)
      return 'unreachable'
    }
  }
}

/** Returns what to say of an error that is none of ours: one that commander found, or files of this program that are gone. */
async function explained(thrown: unknown, argv: readonly string[], { home }: Shell): Promise<unknown> {
  if (thrown instanceof CommanderError) return (await import('./commands/explain-usage.ts')).explainUsage(thrown.message, argv)
  return withoutProgram(thrown, home) ?? thrown
}

/** Adds the address this was typed with to every command proposed next; what a program reads stays as it is. */
async function answering(shell: Shell, { file, env, json }: Readonly<Record<string, Typed>>): Promise<Shell> {
  if (typeof file !== 'string' && typeof env !== 'string') return shell
  const { addressed } = await import('./session/addressed.ts')
  const address = { ...(typeof file === 'string' && { file }), ...(typeof env === 'string' && { env }) }
  const verbs = Object.keys(VERBS)
  return { ...shell, err: addressed(shell.err, address, verbs), ...(json !== true && { out: addressed(shell.out, address, verbs) }) }
}

/** Whether something was waited for in vain: after a signal that is not why the command ends. */
function isOutside(thrown: unknown): boolean {
  return thrown instanceof RolloutError && (thrown.code === 'unreachable' || thrown.code === 'timeout')
}

async function parse(program: Command, argv: readonly string[], shell: Shell): Promise<void> {
  try {
    await program.parseAsync([...askedFor(argv)], { from: 'user' })
  } catch (thrown) {
    const isVerbTyped = !(thrown instanceof CommanderError && thrown.code === 'commander.help' && thrown.exitCode !== 0)
    if (isVerbTyped) throw thrown
    const [first, asked] = program.args
    // Commander has no words for `rollout help abort`.
    if (first === 'help' && asked !== undefined)
      throw new CommanderError(1, 'commander.unknownCommand', `error: unknown command '${asked}'`)
    // Alone it shows every rollout there is, and help where there is none.
    if (isRolloutHere(shell, program.opts<{ file?: string }>().file)) await program.parseAsync([...argv, ALONE], { from: 'user' })
    else if (argv.length === 0) program.outputHelp()
    else throw new RolloutError('usage', { message: 'no command was typed', hint: 'rollout --help lists the commands' })
  }
}

/** Commander takes whatever comes behind `help` for a command: `--json`, and `help` itself. */
function askedFor(argv: readonly string[]): readonly string[] {
  if (argv[0] !== 'help') return argv
  const [asked] = argv.slice(1).filter((each) => !each.startsWith('-'))
  return asked === undefined || asked === 'help' ? ['help'] : ['help', asked]
}
