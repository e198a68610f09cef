import { Command, CommanderError, Option as Flag } from 'commander'
import { describeOption, usageOf, type OptionTable, type Row } from './commands/option.ts'
import type { Typed } from './commands/read-options.ts'
import { GLOBAL, VERBS, type Verb } from './commands/table.ts'
import { RolloutError, type Outcome } from './core/values/errors.ts'
import { shellWord } from './core/values/shell-word.ts'
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
    const program = build(world, async (verb, typed) => {
      // Loaded for a verb, and not for a help text.
      const { carryOut } = await import('./commands/carry-out.ts')
      world = await answering(world, typed)
      outcome = await carryOut(verb, typed, world)
    })
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
    return outcome
  } catch (caught) {
    const thrown = isOutside(caught) && shell.signal.aborted ? shell.signal.reason : caught
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 'done'
    const { explainUsage } = await import('./commands/explain-usage.ts')
    const { printError } = await import('./session/print-error.ts')
    const error = thrown instanceof CommanderError ? explainUsage(thrown.message, argv) : thrown
    // One value on stdout: where there is one already the error is told beside it.
    printError({ ...shell, err: world.err }, argv.includes('--json') && !isPrinted, error)
    return error instanceof RolloutError ? error.code : 'bug'
  }
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

function build(shell: Shell, act: (verb: Verb, typed: Readonly<Record<string, Typed>>) => Promise<void>): Command {
  const program = new Command('rollout')
    .description('Rolls out feature toggles step by step, judges by metrics, and rolls back by itself.')
    .version(shell.version, '-V, --version')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => shell.out.write(text), writeErr: () => undefined })
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim() })
  addFlags(program, GLOBAL, 'Everywhere:')
  for (const verb of Object.keys(VERBS).filter(isVerb)) {
    const row: Row = VERBS[verb]
    const command = program.command(verb).description(row.about).helpGroup(`${row.group}:`).exitOverride()
    for (const [name, option] of Object.entries(row.options)) {
      if (option.argument) command.argument(usageOf(name, option), describeOption(name, { ...row.options, ...GLOBAL }, row.oneOf))
    }
    addFlags(command, row.options, 'Options:', row.oneOf)
    addFlags(command, GLOBAL, 'Everywhere:')
    command.action(async () => act(verb, typedIn(row, command, program)))
  }
  return program
}

function isVerb(name: string): name is Verb {
  return Object.hasOwn(VERBS, name)
}

function addFlags(command: Command, options: OptionTable, heading: string, oneOf?: Row['oneOf']): void {
  for (const [name, option] of Object.entries(options).filter(([, each]) => !each.argument)) {
    command.addOption(new Flag(usageOf(name, option), describeOption(name, { ...options, ...GLOBAL }, oneOf)).helpGroup(heading))
  }
}

/** Returns the values typed for each name of the table, before the verb or behind it. */
function typedIn({ options }: Row, command: Command, program: Command): Readonly<Record<string, Typed>> {
  const [before, behind] = [program.opts<Record<string, Typed>>(), command.opts<Record<string, Typed>>()]
  const words = Object.keys(options).filter((name) => options[name]?.argument)
  const typedFor = (name: string): Typed => {
    const nth = words.indexOf(name)
    if (nth >= 0) return options[name]?.is === 'list' ? command.args.slice(nth) : command.args[nth]
    // Commander calls `--no-color` a `color` that is false.
    const [, positive] = /^no([A-Z].*)$/.exec(name) ?? []
    if (positive === undefined) return behind[name] ?? before[name]
    return [before, behind].some((each) => each[positive.toLowerCase()] === false)
  }
  return Object.fromEntries(Object.keys({ ...options, ...GLOBAL }).map((name) => [name, typedFor(name)]))
}
