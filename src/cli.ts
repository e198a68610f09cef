import { Command, CommanderError, Option } from 'commander'
import { RolloutError, type Outcome } from './core/values/errors.ts'
import type { Flag, Input, Row } from './session/input.ts'
import type { Shell } from './shell.ts'
import { asVerb } from './commands/as-verb.ts'
import { clean } from './views/clean.ts'

const COMMANDS: readonly Row[] = [
  {
    name: 'plan',
    about: 'Show what would change: steps, gates, drift',
    group: 'Daily',
    flags: [
      ['--detailed-exitcode', 'exit 2 when changes are pending'],
      ['--users <file>', 'who joins with each step: one id a line, or a CSV with a column id'],
      ['--accept', 'freeze the edited plan into the running rollout (needs --reason)'],
    ],
    tells: true,
    load: async () => import('./commands/plan/plan.ts'),
  },
  {
    name: 'start',
    about: 'Freeze the plan and record what every toggle is now',
    group: 'Daily',
    tells: true,
    load: async () => import('./commands/start.ts'),
  },
  {
    name: 'run',
    about: 'Watch, and advance, pause or roll back by itself',
    group: 'Daily',
    flags: [
      ['--once', 'one turn, for cron'],
      ['--exit-on-pause', 'end with exit 8 when it pauses, for CI'],
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
    tells: true,
    load: async () => import('./commands/advance.ts'),
  },
  { name: 'pause', about: 'Hold everything where it is', group: 'Daily', tells: true, load: async () => import('./commands/pause.ts') },
  {
    name: 'resume',
    about: 'Go on after a pause or a rollback',
    group: 'Daily',
    tells: true,
    load: async () => import('./commands/resume.ts'),
  },
  {
    name: 'approve',
    about: 'Approve the next step, or tick a checklist item',
    args: '[item]',
    group: 'Daily',
    tells: true,
    flags: [
      ['--evidence <url>', 'with an item: where it can be seen'],
      ['--revoke', 'take back what you approved, or untick the item'],
      ['--sign <keyfile>', 'sign it with an SSH key, or with its public half in the agent'],
      ['--if-step <number>', 'only if the rollout is at this step'],
    ],
    load: async () => import('./commands/approve/approve.ts'),
  },
  {
    name: 'rollback',
    about: 'Take the change back; nothing moves up again until resume',
    args: '[toggles...]',
    group: 'Daily',
    flags: [
      ['--phase <id>', 'roll back this phase (the default is the one under way)'],
      ['--to <exposure>', 'only reduce exposure, e.g. 5%'],
      ['--contingency <id>', 'as this contingency of the plan says'],
      ['--all', 'every toggle to its default'],
      ['--break-glass', 'with --all: go on without the journal if it cannot be used'],
      ['--dry-run', 'say what would happen and stop'],
    ],
    load: async () => import('./commands/rollback/rollback.ts'),
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
    flags: [['--fail-on <verdict>', 'exit 9 from this verdict on (default: critical)', ['warning', 'critical', 'unknown']]],
    load: async () => import('./commands/check/check.ts'),
  },
  {
    name: 'explain',
    about: 'Why: a metric, a decision (#43), a toggle, a risk',
    args: '[subject]',
    group: 'Understand',
    flags: [
      ['--user <id>', 'what a user has now, why, and which step changes that'],
      ['--attribute <name=value...>', 'with --user: what else is known of them, e.g. plan=beta'],
    ],
    load: async () => import('./commands/explain/explain.ts'),
  },
  {
    name: 'history',
    about: 'What happened, newest first',
    group: 'Understand',
    flags: [
      ['--limit <count>', 'only the newest'],
      ['--all', 'observations as well'],
      ['--verify', 'check every hash of the chain'],
      ['--format <format>', 'cdevents: every event for other tools, oldest first', ['cdevents']],
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
    name: 'simulate',
    about: 'Play the plan against made-up traffic; touches nothing',
    group: 'Rehearse',
    flags: [
      ['--traffic <rate>', 'requests per second (default: 100/s)'],
      ['--baseline <share>', 'errors without the toggle (default: 0.5%)'],
      ['--fault <fault>', 'errors with the toggle, e.g. errors=2%'],
      ['--latency <more>', 'slower with the toggle, e.g. +50%'],
      ['--seed <number>', 'the same seed, the same runs (default: 1)'],
      ['--runs <count>', 'so many (default: 1000, fewer of a long plan)'],
      ['--svg <file>', 'a picture of it'],
    ],
    load: async () => import('./commands/simulate.ts'),
  },
  {
    name: 'backtest',
    about: 'When this plan would have paused or rolled back, by recorded metrics',
    group: 'Rehearse',
    flags: [
      ['--from <when>', 'how long ago, or a time in UTC (default: 7d)'],
      ['--to <when>', 'the end of that time (default: now)'],
      ['--step <duration>', 'time between two polls (default: the interval)'],
    ],
    load: async () => import('./commands/backtest.ts'),
  },
  {
    name: 'drill',
    about: 'Rehearse a contingency on a copy of the state; touches nothing unless told',
    args: '<contingency>',
    group: 'Rehearse',
    flags: [
      ['--apply', 'for real, where the plan allows it, and back again'],
      ['--proof <environment>', 'rely on its rehearsal there'],
    ],
    load: async () => import('./commands/drill.ts'),
  },
  {
    name: 'init',
    about: 'Write a small plan for this folder',
    group: 'Produce',
    flags: [['--force', 'replace an existing plan']],
    load: async () => import('./commands/init/init.ts'),
  },
  {
    name: 'docs',
    about: 'Write the documents of the plan: plan, guide, emergency, risks',
    group: 'Produce',
    flags: [
      ['--out <folder>', 'where to (default: docs beside the plan)'],
      ['--format <format>', 'markdown, or html for one page that prints (default: markdown)', ['markdown', 'html']],
      ['--check', 'write nothing; exit 2 when a document is stale'],
      ['--readme <path>', 'put the links to them into this README'],
      ['--force', 'replace files that were not generated'],
    ],
    load: async () => import('./commands/docs/docs.ts'),
  },
  {
    name: 'report',
    about: 'One document: what happened, who was exposed, what was measured',
    group: 'Produce',
    flags: [['--format <format>', 'markdown, or html for one page that prints (default: markdown)', ['markdown', 'html']]],
    load: async () => import('./commands/report.ts'),
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
    flags: [
      ['--notify', 'send a test message to every channel'],
      ['--users <file>', 'ids of users, one a line, that flagd may hash in more than one way'],
    ],
    load: async () => import('./commands/doctor/doctor.ts'),
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
    flags: [
      ['--phase-file', 'of a phase file'],
      ['--types', "print the names of this plan's toggles as TypeScript, for the SDK"],
    ],
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
    const own = colored(shell, input)
    outcome = await command(own, input, { commands: COMMANDS, global: GLOBAL })
    if (row.tells) await (await import('./session/tell.ts')).tell(own, input)
  })
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
    return outcome
  } catch (caught) {
    const thrown = isOutside(caught) && shell.signal.aborted ? shell.signal.reason : caught
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 'done' : explainUsage(argv, shell)
    const { renderBug, renderProblems } = await import('./views/problem.ts')
    if (thrown instanceof RolloutError) {
      shell.err.write(renderProblems(thrown, shell.err))
      return thrown.code
    }
    shell.err.write(renderBug(thrown, shell.version, shell.err))
    return 'bug'
  }
}

/** Commander has said what is wrong; a flag that has become a verb is told as that verb, with the rest of the line. */
function explainUsage(argv: readonly string[], shell: Shell): Outcome {
  const line = asVerb(argv, COMMANDS)
  if (line !== undefined) shell.err.write(`Nothing was done. It is a command of its own: ${clean(line)}\n`)
  return 'usage'
}

/** What was waited for in vain; for whoever has been told to stop meanwhile it is not why it ends. */
function isOutside(thrown: unknown): boolean {
  return thrown instanceof RolloutError && (thrown.code === 'unreachable' || thrown.code === 'timeout')
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
