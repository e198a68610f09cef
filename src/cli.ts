import { Command, CommanderError, Option } from 'commander'
import { RolloutError, type Outcome } from './core/errors.ts'
import type { Flag, Input, Row } from './commands/input.ts'
import type { Shell } from './shell.ts'
import { clean } from './views/clean.ts'

const COMMANDS: readonly Row[] = [
  {
    name: 'plan',
    about: 'Show what would change: steps, gates, drift',
    group: 'Daily',
    flags: [
      ['--detailed-exitcode', 'exit 2 when changes are pending'],
      ['--accept', 'freeze the edited plan into the running rollout (needs --reason)'],
    ],
    load: async () => import('./commands/plan.ts'),
  },
  {
    name: 'start',
    about: 'Freeze the plan and record what every toggle is now',
    group: 'Daily',
    load: async () => import('./commands/start.ts'),
  },
  {
    name: 'run',
    about: 'Watch, and advance, pause or roll back by itself',
    group: 'Daily',
    flags: [
      ['--once', 'one turn, for cron'],
      ['--exit-on-pause', 'end with exit 8 when it pauses, for CI'],
      ['--simulate', 'play the plan against made-up traffic; touches nothing'],
      ['--traffic <rate>', 'with --simulate: requests per second (default: 100/s)'],
      ['--baseline <share>', 'with --simulate: errors without the toggle (default: 0.5%)'],
      ['--fault <fault>', 'with --simulate: errors with the toggle, e.g. errors=2%'],
      ['--latency <more>', 'with --simulate: slower with the toggle, e.g. +50%'],
      ['--seed <number>', 'with --simulate: the same seed, the same runs (default: 1)'],
      ['--runs <count>', 'with --simulate: at most so many (default: 1000)'],
    ],
    load: async () => import('./commands/run.ts'),
  },
  {
    name: 'advance',
    about: 'Take the next step if every gate is open',
    group: 'Daily',
    flags: [
      ['--override <gates>', 'go although these gates are closed, e.g. hold,samples (needs --reason)'],
      ['--if-step <number>', 'only if the rollout is at this step'],
      ['--dry-run', 'say what would happen and stop'],
    ],
    load: async () => import('./commands/advance.ts'),
  },
  { name: 'pause', about: 'Hold everything where it is', group: 'Daily', load: async () => import('./commands/pause.ts') },
  { name: 'resume', about: 'Go on after a pause or a rollback', group: 'Daily', load: async () => import('./commands/resume.ts') },
  {
    name: 'approve',
    about: 'Approve the next step, or tick a checklist item',
    args: '[item]',
    group: 'Daily',
    flags: [['--if-step <number>', 'only if the rollout is at this step']],
    load: async () => import('./commands/approve.ts'),
  },
  {
    name: 'rollback',
    about: 'Take the change back; nothing moves up again until resume',
    args: '[toggles...]',
    group: 'Daily',
    flags: [
      ['--phase <id>', 'roll back this phase (the default is the one under way)'],
      ['--to <exposure>', 'only reduce exposure, e.g. 5%'],
      ['--all', 'every toggle to its default'],
      ['--break-glass', 'with --all: go on without the journal if it cannot be used'],
      ['--dry-run', 'say what would happen and stop'],
    ],
    load: async () => import('./commands/rollback.ts'),
  },
  {
    name: 'status',
    about: 'Where the rollout is, and what it waits for',
    group: 'Daily',
    flags: [['--watch', 'keep showing it']],
    load: async () => import('./commands/status.ts'),
  },
  {
    name: 'check',
    about: 'Gate a deploy: config, targets, metrics and gates now',
    args: '[what]',
    group: 'Understand',
    flags: [
      ['--fail-on <verdict>', 'exit 9 from this verdict on (default: critical)', ['warning', 'critical', 'unknown']],
      ['--backtest', 'when this plan would have paused or rolled back, by recorded metrics'],
      ['--from <when>', 'with --backtest: how long ago, or a time in UTC (default: 7d)'],
      ['--to <when>', 'likewise, the end (default: now)'],
      ['--step <duration>', 'with --backtest: time between two polls (default: the interval)'],
    ],
    load: async () => import('./commands/check.ts'),
  },
  {
    name: 'explain',
    about: 'Why: a metric, a decision (#43) or a toggle',
    args: '[subject]',
    group: 'Understand',
    load: async () => import('./commands/explain.ts'),
  },
  {
    name: 'history',
    about: 'What happened, newest first',
    group: 'Understand',
    flags: [
      ['--limit <count>', 'only the newest'],
      ['--all', 'observations as well'],
      ['--verify', 'check every hash of the chain'],
    ],
    load: async () => import('./commands/history.ts'),
  },
  {
    name: 'toggles',
    about: 'The inventory: owner, exposure, removal date',
    group: 'Understand',
    load: async () => import('./commands/toggles.ts'),
  },
  {
    name: 'init',
    about: 'Write a small plan for this folder',
    group: 'Produce',
    flags: [['--force', 'replace an existing plan']],
    load: async () => import('./commands/init.ts'),
  },
  {
    name: 'demo',
    about: 'A real rollout of a real local application',
    group: 'Produce',
    flags: [
      ['--fault <fault>', 'what goes wrong (default: errors)', ['errors', 'latency', 'nodata', 'none']],
      ['--speed <factor>', 'how much faster than the plan says (default: 1000)'],
    ],
    load: async () => import('./commands/demo.ts'),
  },
  {
    name: 'doctor',
    about: 'Look for what will hurt: files, targets, queries, clocks',
    group: 'Plumbing',
    flags: [['--users <file>', 'ids of users, one a line, that flagd may hash in more than one way']],
    load: async () => import('./commands/doctor.ts'),
  },
  {
    name: 'state',
    about: 'Where the journal is, and who watches; move takes it to another store',
    args: '[verb] [to]',
    group: 'Plumbing',
    load: async () => import('./commands/state.ts'),
  },
  {
    name: 'schema',
    about: 'Print the JSON Schema of rollout.yaml, for editors',
    group: 'Plumbing',
    flags: [['--phase-file', 'of a phase file']],
    load: async () => import('./commands/schema.ts'),
  },
  {
    name: 'completion',
    about: 'Print a completion script',
    args: '<shell>',
    group: 'Plumbing',
    load: async () => import('./commands/completion.ts'),
  },
]

const GLOBAL: readonly Flag[] = [
  ['-f, --file <path>', 'the plan, or its folder'],
  ['-e, --env <name>', 'an environment of the plan'],
  ['--json', 'one JSON value on stdout, nothing else'],
  ['--reason <text>', 'why; kept in the journal'],
  ['--actor <name>', 'who; kept in the journal'],
  ['--yes', 'do not ask'],
  ['--no-input', 'never ask; fail instead'],
  ['--timeout <duration>', 'give up after this long (exit 124)'],
  ['--no-color', 'plain text'],
]

/** Runs one command line. Every error ends here, as one clear text and one exit code. */
export async function main(argv: readonly string[], shell: Shell): Promise<Outcome> {
  let outcome: Outcome = 'done'
  const program = build(shell, async (row, input) => {
    const { default: command } = await row.load()
    outcome = await command(colored(shell, input), input, { commands: COMMANDS, global: GLOBAL })
  })
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
    return outcome
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 'done' : 'usage'
    const { renderBug, renderProblems } = await import('./views/problem.ts')
    if (thrown instanceof RolloutError) {
      shell.err.write(renderProblems(thrown, shell.err))
      return thrown.code
    }
    shell.err.write(renderBug(thrown, shell.version, shell.err))
    return 'bug'
  }
}

function build(shell: Shell, act: (row: Row, input: Input) => Promise<void>): Command {
  const program = new Command('rollout')
    .description('Rolls out feature toggles step by step, judges by metrics, and rolls back by itself.')
    .version(shell.version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out.write(text),
      writeErr: (text) => shell.err.write(text.split('\n').map(clean).join('\n')),
    })
    .showSuggestionAfterError()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim() })
  for (const row of COMMANDS) {
    const command = program.command(row.name).description(row.about).helpGroup(`${row.group}:`)
    if (row.args !== undefined) command.arguments(row.args)
    for (const flag of row.flags ?? []) command.addOption(option(flag))
    for (const flag of GLOBAL) command.addOption(option(flag).helpGroup('Everywhere:'))
    command.exitOverride().showHelpAfterError('(rollout ' + row.name + ' --help shows how)')
    command.action(async () => act(row, { args: command.args, options: command.opts() }))
  }
  return program
}

function option([spelling, about, choices]: Flag): Option {
  const made = new Option(spelling, about)
  return choices ? made.choices(choices) : made
}

function colored(shell: Shell, input: Input): Shell {
  if (input.options['color'] !== false) return shell
  return { ...shell, out: { ...shell.out, color: 0 }, err: { ...shell.err, color: 0 } }
}
