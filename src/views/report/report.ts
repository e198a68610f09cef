import type { Report } from '../../core/report/report.ts'
import { formatDuration, formatInstant } from '../../core/values/units.ts'
import { code, heading, paragraph, strong, table, type Block, type Document, type Text } from '../document/block.ts'
import { html } from '../document/html.ts'
import { describeEvent, type Happening } from '../event.ts'
import { exposureChart, metricCharts } from './curves.ts'
import { agreements, overrides, refusals, stays } from './tables.ts'

/** Returns what happened in a rollout, when, by whom and why: for those who were not there. */
export function reportDocument(report: Report, all: readonly Happening[]): Document {
  return {
    id: 'report',
    title: titleOf(report),
    lead: outcome(report),
    blocks: [
      table(
        ['', ''],
        factsOf(report).map(([name, value]) => [name, value]),
      ),
      ...body(report, all),
    ],
  }
}

/** Returns what happened in a rollout as one page. */
export function reportPage(report: Report, all: readonly Happening[]): string {
  const document = { id: 'report', title: titleOf(report), lead: outcome(report), blocks: body(report, all) }
  return html({ title: document.title, lead: document.lead, facts: factsOf(report), documents: [document] })
}

function titleOf({ name, environment }: Report): string {
  return `What happened: ${environment === undefined ? name : `${name}@${environment}`}`
}

function outcome({ status, why, setbacks, from, to }: Report): string {
  const lasted = formatDuration(to - from)
  const ended = {
    running: `Under way for ${lasted}`,
    paused: `Paused after ${lasted}`,
    'rolled back': `Rolled back after ${lasted}`,
    complete: `Complete after ${lasted}`,
    closed: `Closed after ${lasted}`,
  }[status]
  const taken =
    setbacks.length === 0
      ? 'nothing was taken back'
      : `something was taken back ${setbacks.length === 1 ? 'once' : `${setbacks.length} times`}`
  return `${ended}${why === undefined ? '' : `: ${why}`}; ${taken}.`
}

function factsOf(report: Report): readonly (readonly [string, string])[] {
  const { owner, from, to, events, versions, actors } = report
  return [
    ...(owner === undefined ? [] : [['Owner', owner] as const]),
    ['Started', formatInstant(from)],
    ['Newest event', formatInstant(to)],
    ['Lasted', formatDuration(to - from)],
    ['Steps', `${report.reached} of ${report.steps}`],
    ['Events', String(events)],
    ['Acted', actors.map(({ actor, events: each }) => `${actor} (${each})`).join(', ')],
    ['Written by', `rollout ${versions.join(', ')}`],
  ]
}

function body(report: Report, all: readonly Happening[]): readonly Block[] {
  return [
    heading('Users exposed'),
    exposureChart(report),
    table(['Toggle', 'Was on for'], stays(report)),
    ...section('What was measured', metricCharts(report)),
    ...section('What was taken back', setbacks(report)),
    heading('What happened'),
    table(
      ['', 'When', 'After', 'What', 'Who', 'Reason'],
      all.flatMap((each) => rowOf(each, report)),
    ),
    ...section('Who agreed', agreements(all)),
    ...section('What was overridden', overrides(all)),
    ...section('What targets refused', refusals(all)),
    paragraph('The chain of hashes was checked from the first event to the newest, ', code(report.head), '.'),
  ]
}

function section(title: string, blocks: readonly Block[]): readonly Block[] {
  return blocks.length === 0 ? [] : [heading(title), ...blocks]
}

/** Events that are decisions: they stand out in the table. */
const DECISIONS: ReadonlySet<string> = new Set(['intended', 'paused', 'completed', 'closed'])

/** What only says that something else is going on. */
const ASIDE: ReadonlySet<string> = new Set(['observed', 'applied', 'joined', 'attached', 'detached'])

function rowOf(happening: Happening, { from }: Report): readonly (readonly Text[])[] {
  const { seq, at, actor, reason, type } = happening.event
  if (ASIDE.has(type)) return []
  const [what = '', ...why] = describeEvent(happening).split('  ')
  const isDecision = DECISIONS.has(type)
  return [
    [
      `#${seq}`,
      formatInstant(at),
      formatDuration(Math.max(0, at - from)),
      [isDecision ? strong(what) : what, ...why.map((each) => `: ${each}`)],
      actor,
      reason ?? '',
    ],
  ]
}

function setbacks(report: Report): readonly Block[] {
  if (report.setbacks.length === 0) return []
  const rows = report.setbacks.map(({ seq, at, move, actor, why, changes, noticed, confirmed }): readonly Text[] => [
    `#${seq}`,
    formatInstant(at),
    move,
    changes.map(({ toggle, from, to }) => `${toggle} ${from} → ${to}`).join(', '),
    why,
    actor,
    formatDuration(noticed),
    confirmed === undefined ? 'not by every target' : formatDuration(confirmed),
  ])
  return [table(['', 'When', 'Move', 'What', 'Why', 'Who', 'Decided after', 'Confirmed after'], rows)]
}
