import { stepsOf } from '../../core/plan/steps.ts'
import { stretchesOf } from '../../core/forecast/planned.ts'
import { formatDuration } from '../../core/values/units.ts'
import { code, heading, listBlock, paragraph, runsOf, table, type Document, type Text } from '../document/block.ts'
import { commandCell, type DocsSource } from './source.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

/** Returns the one page for a reader of only one. */
export function summary(source: DocsSource, others: readonly Document[]): Document {
  const { plan } = source
  const last = stretchesOf(plan).at(-1)
  return {
    id: 'README',
    title: `The rollout of ${plan.name}`,
    lead: `${count(askedToggles(plan).length, 'toggle')} in ${count(plan.phases.length, 'phase')}, ${count(stepsOf(plan).length, 'step')}; ${
      last
        ? `planned for ${last.sure === last.to ? formatDuration(last.to) : `${formatDuration(last.sure)} to ${formatDuration(last.to)}`}`
        : 'nothing planned'
    }.`,
    blocks: [
      listBlock(others.map(({ id, title, lead }): Text => [{ link: title, to: `${id}.md` }, ': ', ...runsOf(lead)])),
      heading('The phases'),
      listBlock(
        plan.phases.map(({ title, toggles: names }): Text => [
          `${title}: `,
          ...names.flatMap((name, nth) => [nth > 0 ? ', ' : '', code(name)]),
        ]),
        'numbers',
      ),
      heading('Every day'),
      table(
        ['To', 'Type'],
        [
          ['see where it is', commandCell(source, 'status')],
          ['know why', commandCell(source, 'explain')],
          ['take it back', commandCell(source, 'rollback')],
          ['let it go on', commandCell(source, 'resume', '--reason', '"…"')],
        ],
      ),
      paragraph(
        'These pages are made from the plan by ',
        code('rollout docs'),
        '. What is written into them by hand is lost: change the plan instead.',
      ),
    ],
  }
}

function count(of: number, what: string): string {
  return `${of} ${what}${of === 1 ? '' : 's'}`
}
