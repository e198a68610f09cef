import { Command, Option as Flag } from 'commander'
import type { Shell } from './shell.ts'
import { describeOption, usageOf, type OptionTable, type Row } from './commands/option.ts'
import type { Typed } from './commands/read-options.ts'
import { GLOBAL, VERBS, type Verb } from './commands/table.ts'

/** The verb that is meant where none is typed. */
export const ALONE = 'list' satisfies Verb

/**
 * Builds the command line from the table: `act` is given the verb, and what was typed for each of its options. Only those
 * verbs get their flags that the words may call: nobody waits for the flags of the others.
 */
export function buildCommandLine(
  words: readonly string[],
  shell: Pick<Shell, 'out' | 'version'>,
  act: (verb: Verb, typed: Readonly<Record<string, Typed>>) => Promise<void>,
): Command {
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
    if (words.includes(verb) || verb === ALONE) {
      addFlags(command, row.options, 'Options:', row.oneOf)
      addFlags(command, GLOBAL, 'Everywhere:')
    }
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
