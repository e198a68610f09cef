import type { GateName } from '../core/policy/gates.ts'
import type { OptionTable, Row, Values } from './option.ts'

/** Flags that every verb takes, before it or after it. */
export const GLOBAL = {
  file: { is: 'text', short: '-f', takes: 'path', about: 'the plan, or its folder' },
  env: { is: 'text', short: '-e', takes: 'name', about: 'an environment of the plan' },
  json: { is: 'switch', about: 'one JSON value on stdout, nothing else' },
  reason: { is: 'text', takes: 'text', about: 'why; kept in the journal' },
  actor: { is: 'text', takes: 'name', about: 'who; kept in the journal' },
  yes: { is: 'switch', about: 'do not ask' },
  noInput: { is: 'switch', about: 'never ask; fail instead' },
  timeout: { is: 'duration', takes: 'duration', about: 'give up after this long (exit 124)', hint: 'write a unit: 30s, 5m or 2h' },
  noColor: { is: 'switch', about: 'plain text' },
} as const satisfies OptionTable

/** As in core/policy/gates.ts, which is too large to be loaded with every command. */
const GATES = [
  'version',
  'evidence',
  'hold',
  'bake',
  'samples',
  'metrics',
  'approval',
  'unused',
  'checklist',
  'success',
  'drill',
  'window',
  'freeze',
  'drift',
] as const satisfies readonly GateName[]

const DRY_RUN = { is: 'switch', about: 'say what would happen and stop' } as const
const IF_STEP = {
  is: 'number',
  takes: 'number',
  form: /^(\d+)$/,
  about: 'only if the rollout is at this step',
  hint: 'the step of rollout status; 0 before the first',
} as const
const EVERY = {
  every: { is: 'switch', about: 'every rollout of the store that is under way' },
  target: { is: 'list', takes: 'target', about: 'only those that write to it', needs: ['every'] },
} as const satisfies OptionTable
const WHEN = {
  is: 'text',
  takes: 'time',
  hint: 'a duration before now (7d, 36h) or a time in UTC (2026-11-20, 2026-11-20T03:00Z)',
} as const

const BEGUN = {
  is: 'number',
  takes: 'number',
  form: /^#?([1-9]\d*)$/,
  about: 'the rollout that began with this event (default: the newest); list --all numbers them',
  hint: 'the number that rollout list --all shows, e.g. 12',
} as const

/** Every verb, in the order of the help: the only place where one is described. */
export const VERBS = {
  plan: {
    about: 'Show what would change: steps, gates, drift',
    group: 'Daily',
    options: {
      detailedExitcode: { is: 'switch', about: 'exit 2 when changes are pending' },
      users: { is: 'text', takes: 'file', about: 'who joins with each step: one id a line, or a CSV with a column id' },
      accept: {
        is: 'switch',
        about: 'freeze the edited plan into the running rollout',
        needs: ['reason'],
        not: ['detailedExitcode', 'users'],
      },
    },
    tells: true,
  },
  start: {
    about: 'Freeze the plan and record what every toggle is now',
    group: 'Daily',
    options: {
      ifNeeded: { is: 'switch', about: 'for pipelines: exit 0 where it is started already, or nothing is to be rolled out' },
      adopt: {
        is: 'switch',
        about: 'the journal that wrote the targets is lost: go on from what they hold; a rollback then leads to the defaults',
        needs: ['reason'],
      },
    },
  },
  run: {
    about: 'Watch, and advance, pause or roll back by itself',
    group: 'Daily',
    options: {
      once: { is: 'switch', about: 'one turn, for cron' },
      exitOnPause: { is: 'switch', about: 'end with exit 8 when it pauses, for CI' },
    },
  },
  advance: {
    about: 'Take the next step if every gate is open',
    group: 'Daily',
    options: {
      override: {
        is: 'list',
        takes: 'gate',
        about: 'go although these gates are closed, e.g. hold,samples',
        choices: GATES,
        needs: ['reason'],
      },
      ifStep: IF_STEP,
      dryRun: DRY_RUN,
    },
    tells: true,
  },
  pause: { about: 'Hold everything where it is', group: 'Daily', options: EVERY },
  resume: { about: 'Go on after a pause or a rollback', group: 'Daily', options: {}, tells: true },
  approve: {
    about: 'Approve the next step, or tick a checklist item',
    group: 'Daily',
    options: {
      item: { is: 'text', argument: true, takes: 'item', about: 'an item of a checklist; the next step unless given' },
      evidence: { is: 'text', takes: 'url', about: 'where it can be seen', needs: ['item'] },
      revoke: { is: 'switch', about: 'take back what you approved, or untick the item' },
      sign: { is: 'text', takes: 'keyfile', about: 'sign it with an SSH key, or with its public half in the agent', not: ['item'] },
      ifStep: IF_STEP,
    },
    tells: true,
  },
  rollback: {
    about: 'Take the change back; nothing moves up again until resume',
    group: 'Daily',
    options: {
      toggles: { is: 'list', argument: true, takes: 'toggle', about: 'only these, and what depends on them' },
      phase: { is: 'text', takes: 'id', about: 'roll back this phase (the default is the one under way)' },
      to: {
        is: 'exposure',
        takes: 'exposure',
        about: 'only reduce exposure, e.g. 5%',
        hint: 'write 5% or 0.1% (0 to 100): a bare number could be either',
      },
      contingency: { is: 'text', takes: 'id', about: 'as this contingency of the plan says' },
      all: { is: 'switch', about: 'every toggle to its default' },
      breakGlass: { is: 'switch', about: 'go on without the journal if it cannot be used', needs: ['all'] },
      dryRun: DRY_RUN,
      every: { ...EVERY.every, not: ['toggles', 'phase', 'to', 'contingency', 'breakGlass'] },
      target: EVERY.target,
    },
    oneOf: ['toggles', 'phase', 'to', 'contingency', 'all'],
  },
  status: {
    about: 'Where the rollout is, and what it waits for',
    group: 'Daily',
    options: { watch: { is: 'switch', about: 'keep showing it' } },
  },
  close: {
    about: 'End a rollout that will not go on; the next start begins anew',
    group: 'Daily',
    options: { keep: { is: 'switch', about: 'although toggles are not as they were: leave them so', needs: ['reason'] } },
    tells: true,
  },
  list: {
    about: 'Every rollout of the store: where it is, and what it waits for',
    group: 'Understand',
    options: { all: { is: 'switch', about: 'those that are over and were followed by another as well' } },
  },
  check: {
    about: 'Gate a deploy: config, targets, metrics and gates now',
    group: 'Understand',
    options: {
      what: {
        is: 'text',
        argument: true,
        takes: 'part',
        about: 'only this part',
        choices: ['config', 'targets', 'metrics', 'gates', 'toggles'],
        hint: 'one of config, targets, metrics, gates, toggles, or nothing for all',
      },
      failOn: {
        is: 'text',
        takes: 'verdict',
        about: 'exit 9 from this verdict on (default: critical); stale: at toggles that are due for removal as well',
        choices: ['warning', 'critical', 'unknown', 'stale'],
      },
      noCode: {
        is: 'switch',
        about: 'for the plan of a stranger: read it, and run, import, open and ask nothing',
        not: ['what', 'failOn'],
      },
    },
  },
  explain: {
    about: 'Why: a metric, a decision (#43), a toggle, a risk',
    group: 'Understand',
    options: {
      subject: {
        is: 'text',
        argument: true,
        takes: 'subject',
        about: 'a metric, a number of the history, a toggle, a risk, a contingency',
      },
      user: { is: 'text', takes: 'id', about: 'what a user has now, why, and which step changes that', not: ['subject'] },
      attribute: {
        is: 'pairs',
        takes: 'name=value',
        about: 'what else is known of them, e.g. plan=beta',
        needs: ['user'],
        hint: '--attribute plan=beta',
      },
    },
  },
  history: {
    about: 'What happened, newest first',
    group: 'Understand',
    options: {
      limit: {
        is: 'number',
        takes: 'count',
        form: /^([1-9]\d*)$/,
        about: 'only the newest',
        hint: 'a whole number from 1',
        not: ['format'],
      },
      all: { is: 'switch', about: 'observations as well' },
      verify: { is: 'switch', about: 'check every hash of the chain', not: ['format', 'limit'] },
      of: { ...BEGUN, not: ['verify', 'format'] },
      format: { is: 'text', takes: 'format', about: 'every event for other tools, oldest first', choices: ['cdevents'] },
    },
  },
  toggles: {
    about: 'The inventory, what is due, where the code asks, and its removal',
    group: 'Understand',
    options: {
      verb: {
        is: 'text',
        argument: true,
        takes: 'verb',
        about: 'references: where the code asks; remove: take one out of code and plan',
        choices: ['references', 'remove'],
        hint: 'references or remove; rollout explain TOGGLE tells of one',
      },
      toggle: { is: 'text', argument: true, takes: 'toggle', about: 'only this one' },
      format: { is: 'text', takes: 'format', about: 'as a document', choices: ['markdown'], behind: ['references'] },
      overdue: { is: 'switch', about: 'only those whose removal date has passed', not: ['verb'] },
      stale: { is: 'switch', about: 'only those at their end for longer than stale: of the plan (14d)', not: ['verb'] },
      unused: { is: 'switch', about: 'only those that no code asks for', not: ['verb'] },
      unknown: { is: 'switch', about: 'variables on targets and in code that look like toggles and are in no plan', not: ['verb'] },
      notify: { is: 'switch', about: 'tell the channels that listen to stale what is due, and whose it is', not: ['verb'] },
      keep: {
        is: 'text',
        takes: 'side',
        about: 'the side that stays; off gives it up',
        choices: ['on', 'off'],
        behind: ['remove'],
      },
      dryRun: { ...DRY_RUN, behind: ['remove'] },
      allowDirty: { is: 'switch', about: 'although files are not committed', behind: ['remove'] },
      branch: { is: 'text', takes: 'name', about: 'commit it on this new branch', behind: ['remove'], not: ['dryRun'] },
      pullRequest: { is: 'switch', about: 'push it, and say where to ask for it', needs: ['branch'], behind: ['remove'] },
    },
  },
  simulate: {
    about: 'Play the plan against made-up traffic; touches nothing',
    group: 'Rehearse',
    options: {
      from: { ...WHEN, about: 'traffic, errors, their noise and latency are those the metrics recorded since then; other flags win' },
      traffic: {
        is: 'number',
        takes: 'rate',
        form: /^(?=.*[1-9])(\d+(?:\.\d+)?)\/s$/,
        about: 'requests per second (default: 100/s)',
        hint: '100/s',
      },
      baseline: {
        is: 'number',
        takes: 'share',
        form: /^(\d+(?:\.\d+)?)%$/,
        most: 100,
        about: 'errors without the toggle (default: 0.5%)',
        hint: '0% to 100%, e.g. 0.5%',
      },
      fault: {
        is: 'number',
        takes: 'fault',
        form: /^errors=(\d+(?:\.\d+)?)%$/,
        most: 100,
        about: 'errors with the toggle, e.g. errors=2%',
        hint: 'errors=0% to errors=100%, e.g. errors=2%',
      },
      latency: { is: 'number', takes: 'more', form: /^\+(\d+(?:\.\d+)?)%$/, about: 'slower with the toggle, e.g. +50%', hint: '+50%' },
      noise: {
        is: 'number',
        takes: 'share',
        form: /^(\d+(?:\.\d+)?)%$/,
        most: 100,
        about: 'errors of each group wander by so much, for no reason (default: 0%)',
        hint: '0% to 100%, e.g. 20%',
      },
      clusters: {
        is: 'number',
        takes: 'size',
        form: /^([1-9]\d{0,2})$/,
        about: 'requests come in bursts that fare alike, of so many on average (default: 1)',
        hint: 'a whole number from 1 to 999',
      },
      coldStart: {
        is: 'duration',
        takes: 'duration',
        about: 'after each step errors are 2 points higher and answers 3 times as slow for so long',
        hint: 'write a unit: 30s or 2m',
      },
      scrapeGaps: {
        is: 'number',
        takes: 'share',
        form: /^(\d+(?:\.\d+)?)%$/,
        most: 90,
        about: 'so many scrapes of each group are missed, and a tenth as often the source is silent for three polls (default: 0%)',
        hint: '0% to 90%, e.g. 5%',
      },
      scrapeInterval: {
        is: 'duration',
        takes: 'duration',
        about: 'counters are read as they were at the last scrape, one in so long (default: one before every poll)',
        hint: 'write a unit: 30s or 1m',
      },
      scrapeOffset: {
        is: 'duration',
        takes: 'duration',
        about: 'the replicas without the change are scraped so much later than those with it: both counts arrive in turn',
        hint: 'write a unit: 20s',
        needs: ['scrapeInterval'],
      },
      seed: {
        is: 'number',
        takes: 'number',
        form: /^(\d{1,9})$/,
        about: 'the same seed, the same runs (default: 1)',
        hint: 'a whole number up to 999999999',
      },
      runs: {
        is: 'number',
        takes: 'count',
        form: /^([1-9]\d{0,5})$/,
        about: 'so many (default: 1000, fewer of a long plan)',
        hint: 'a whole number from 1 to 999999',
      },
      svg: { is: 'text', takes: 'file', about: 'a picture of it' },
    },
  },
  backtest: {
    about: 'When this plan would have paused or rolled back, by recorded metrics',
    group: 'Rehearse',
    options: {
      from: { ...WHEN, about: 'how long ago, or a time in UTC (default: 7d)' },
      to: { ...WHEN, about: 'the end of that time (default: now)' },
      step: { is: 'duration', takes: 'duration', about: 'time between two polls (default: the interval)', hint: 'write a unit: 30s or 5m' },
      journal: {
        is: 'switch',
        about: 'judge and decide again what the journal holds of past rollouts',
        not: ['from', 'to', 'step'],
      },
      with: { is: 'text', takes: 'file', about: 'and by another plan, until the ways part', needs: ['journal'] },
    },
  },
  drill: {
    about: 'Rehearse a contingency on a copy of the state; touches nothing unless told',
    group: 'Rehearse',
    options: {
      contingency: { is: 'text', argument: true, required: true, takes: 'contingency', about: 'a contingency of the plan' },
      apply: { is: 'switch', about: 'for real, where the plan allows it, and back again' },
      proof: { is: 'text', takes: 'environment', about: 'rely on its rehearsal there', not: ['apply'] },
    },
  },
  init: {
    about: 'Write a small plan for this folder',
    group: 'Produce',
    options: { force: { is: 'switch', about: 'replace an existing plan' } },
  },
  docs: {
    about: 'Write the documents of the plan: plan, guide, emergency, risks',
    group: 'Produce',
    options: {
      out: { is: 'text', takes: 'folder', about: 'where to (default: docs beside the plan)' },
      format: {
        is: 'text',
        takes: 'format',
        about: 'markdown, or html for one page that prints (default: markdown)',
        choices: ['markdown', 'html'],
      },
      check: { is: 'switch', about: 'write nothing; exit 2 when a document is stale' },
      readme: { is: 'text', takes: 'path', about: 'put the links to them into this README' },
      force: { is: 'switch', about: 'replace files that were not generated', not: ['check'] },
    },
  },
  report: {
    about: 'One document: what happened, who was exposed, what was measured',
    group: 'Produce',
    options: {
      of: BEGUN,
      format: {
        is: 'text',
        takes: 'format',
        about: 'markdown, or html for one page that prints (default: markdown)',
        choices: ['markdown', 'html'],
      },
    },
  },
  demo: {
    about: 'A real rollout of a real local application',
    group: 'Produce',
    options: {
      fault: {
        is: 'text',
        takes: 'fault',
        about: 'what goes wrong (default: errors)',
        choices: ['errors', 'latency', 'nodata', 'shadow', 'none'],
      },
      speed: {
        is: 'number',
        takes: 'factor',
        form: /^(\d*[1-9]\d*(?:\.\d+)?)$/,
        most: 10_000,
        about: 'how much faster than the plan says (default: 1000)',
        hint: '1 (as the plan says) to 10000; 1000 unless told',
      },
    },
  },
  doctor: {
    about: 'Look for what will hurt: files, targets, queries, clocks',
    group: 'Plumbing',
    options: {
      notify: { is: 'switch', about: 'send a test message to every channel' },
      users: { is: 'text', takes: 'file', about: 'ids of users, one a line, that flagd may hash in more than one way' },
    },
  },
  state: {
    about: 'Where the journal is, and who watches; move takes it to another store',
    group: 'Plumbing',
    options: {
      verb: {
        is: 'text',
        argument: true,
        takes: 'verb',
        about: 'move: to another store',
        choices: ['move'],
        needs: ['to'],
        hint: 'rollout state, or rollout state move postgres://user@host/database',
      },
      to: { is: 'text', argument: true, takes: 'to', about: 'a folder, or postgres://user@host/database, or etcd://host:2379' },
    },
  },
  schema: {
    about: 'Print the JSON Schema of rollout.yaml, for editors',
    group: 'Plumbing',
    options: {
      phaseFile: { is: 'switch', about: 'of a phase file' },
      types: { is: 'switch', about: "print the names of this plan's toggles as TypeScript, for the SDK", not: ['phaseFile'] },
    },
  },
  completion: {
    about: 'Print a completion script',
    group: 'Plumbing',
    options: {
      shell: {
        is: 'text',
        argument: true,
        required: true,
        takes: 'shell',
        about: 'the shell it is for',
        choices: ['bash', 'zsh', 'fish'],
      },
    },
  },
} as const satisfies Readonly<Record<string, Row>>

export type Verb = keyof typeof VERBS

/** The values typed behind a verb, and before it. */
export type ValuesOf<Of extends Verb> = Values<(typeof VERBS)[Of]['options'] & typeof GLOBAL>
