import { dependants, type Toggle } from '../../core/plan/plan.ts'
import { STALE_AFTER } from '../../core/report/upkeep.ts'
import { formatDuration, formatExposure } from '../../core/values/units.ts'
import { code, codes, heading, orDash, paragraph, strong, table, type Block, type Document, type Text } from '../document/block.ts'
import type { DocsSource } from './source.ts'

/** Says what there is to switch, who answers for it, and when it has to be gone. */
export function toggleInventory({ plan }: DocsSource): Document {
  const switches = Object.entries(plan.toggles)
  // A shadow is written, and is nobody's to ask for or to remove: it comes and goes with its toggle.
  const entries = switches.filter(([, { shadows }]) => shadows === undefined)
  const phaseOf = (name: string): string => orDash(plan.phases.find(({ toggles }) => toggles.includes(name))?.title)
  return {
    id: 'toggles',
    title: 'Toggle inventory',
    lead: 'What there is to switch, who answers for it, and when it has to be gone.',
    blocks: [
      table(
        ['Toggle', 'What it switches', 'Kind', 'Owner', 'Phase', 'Remove by'],
        entries.map(([name, toggle]) => [
          [code(name)],
          orDash(toggle.description),
          kindOf(toggle),
          orDash(toggle.owner),
          phaseOf(name),
          orDash(toggle.removeBy),
        ]),
      ),
      paragraph(
        `A release, experiment or legacy toggle that has been where it ends for more than ${formatDuration(plan.stale ?? STALE_AFTER)} is stale. `,
        code('rollout toggles --stale --overdue'),
        ' lists those that are due, ',
        code('rollout check --fail-on stale'),
        ' fails on them in CI, and ',
        code('rollout toggles --notify'),
        ' tells the channels that listen.',
      ),
      heading('What is written'),
      table(
        ['Toggle', 'Variable', 'Off', 'On', 'Default', 'Targets'],
        switches.map(([name, { variable, words, default: none, targets }]) => [
          [code(name)],
          [code(variable)],
          [code(words.off)],
          [code(words.on)],
          formatExposure(none),
          codes(targets),
        ]),
      ),
      ...requirements(entries, plan),
      heading('By owner'),
      table(['Owner', 'Toggles'], byOwner(entries)),
    ],
  }
}

function kindOf({ kind, core }: Toggle): Text {
  return core ? [kind, ', ', strong('core')] : kind
}

function requirements(entries: readonly (readonly [string, Toggle])[], plan: DocsSource['plan']): readonly Block[] {
  const rows = entries
    .filter(([name, { requires }]) => requires.length > 0 || requiring(plan, name).length > 0)
    .map(([name, { requires }]): readonly Text[] => [[code(name)], codes(requires), codes(requiring(plan, name))])
  if (rows.length === 0) return []
  return [
    heading('What requires what'),
    paragraph('A toggle is never on further than what it requires, and is rolled back along with it.'),
    table(['Toggle', 'Requires', 'Is required by'], rows),
  ]
}

function requiring(plan: DocsSource['plan'], name: string): readonly string[] {
  return dependants(plan, [name]).filter((each) => each !== name && plan.toggles[each]?.shadows !== name)
}

function byOwner(entries: readonly (readonly [string, Toggle])[]): readonly (readonly Text[])[] {
  const owners = [...new Set(entries.map(([, { owner }]) => owner))].toSorted((a, b) => compare(a ?? '\uffff', b ?? '\uffff'))
  return owners.map((owner) => [owner ?? 'nobody', codes(entries.flatMap(([name, toggle]) => (toggle.owner === owner ? [name] : [])))])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
