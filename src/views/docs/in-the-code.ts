import type { Toggle } from '../../core/plan/plan.ts'
import { askedToggles } from '../../core/plan/shadow.ts'
import { code, heading, orDash, paragraph, table, type Block, type Document, type Text, type TextRun } from '../document/block.ts'
import { annotated, commandCell, rollout, type AskingFile, type CodeAround, type DocsSource } from './source.ts'

/**
 * Says which toggles the code still asks for, and what of the code and the plan does not fit together. Files and no lines: a page
 * that is stale with every edit of the code would be checked by nobody.
 */
export function inTheCode(source: DocsSource, around: CodeAround): Document {
  const { plan } = source
  const toggles = askedToggles(plan)
  const asked = toggles.filter((name) => filesOf(around, name).length > 0)
  const gone = toggles.filter((name) => !asked.includes(name))
  return {
    id: 'in-the-code',
    title: 'What is still in the code',
    lead: 'Which files still ask for which toggle, and what of the code and the plan does not fit together.',
    blocks: [
      ...(asked.length > 0 ? [askedTable(source, around, asked)] : [paragraph('No file that was searched asks for a toggle of the plan.')]),
      ...(asked.length > 0 && gone.length > 0 ? nowhere(source, gone) : []),
      ...unplanned(around),
      heading('To see each place'),
      annotated([
        [rollout(source, 'toggles', 'references', 'TOGGLE'), 'file, line and column, and what the code does there'],
        [rollout(source, 'toggles', '--unused'), 'asked for by no code, or by nobody for long'],
        [rollout(source, 'toggles', '--unknown'), 'on a target or in the code, and in no plan'],
        [rollout(source, 'toggles', 'remove', 'TOGGLE', '--dry-run'), 'the patch that takes it out'],
      ]),
    ],
  }
}

function filesOf({ asked }: CodeAround, name: string): readonly AskingFile[] {
  return Object.hasOwn(asked, name) ? (asked[name] ?? []) : []
}

function askedTable({ plan }: DocsSource, around: CodeAround, asked: readonly string[]): Block {
  return table(
    ['Toggle', 'Owner', 'Remove by', 'Places', 'Files'],
    asked.map((name) => {
      const files = filesOf(around, name)
      const { owner, removeBy }: Partial<Toggle> = plan.toggles[name] ?? {}
      return [
        [code(name)],
        orDash(owner),
        orDash(removeBy),
        String(files.reduce((all, { places }) => all + places, 0)),
        linksTo(around, files),
      ]
    }),
  )
}

function nowhere(source: DocsSource, names: readonly string[]): readonly Block[] {
  return [
    heading('In the plan, and asked for by no code'),
    paragraph('What is done with leaves the plan too; what is still to come has yet to be asked for.'),
    table(
      ['Toggle', 'Owner', 'Type'],
      names.map((name) => [[code(name)], orDash(source.plan.toggles[name]?.owner), commandCell(source, 'toggles', 'remove', name)]),
    ),
  ]
}

function unplanned(around: CodeAround): readonly Block[] {
  const found = Object.entries(around.unknown)
  if (found.length === 0) return []
  return [
    heading('In the code, and in no plan'),
    paragraph(
      'Nobody rolls these out, takes them back or removes them. Each belongs into ',
      code('toggles:'),
      ' of a plan, or out of the code.',
    ),
    table(
      ['Variable', 'Files'],
      found.map(([variable, files]) => [[code(variable)], linksTo(around, files)]),
    ),
  ]
}

/** Links where the pages are of the same tree as the code; elsewhere nobody knows the way. */
function linksTo({ folder }: CodeAround, files: readonly AskingFile[]): Text {
  return files.flatMap(({ file }, nth): readonly TextRun[] => [
    ...(nth === 0 ? [] : [', ']),
    folder === undefined ? code(file) : { link: file, to: `${folder}/${file.split('/').map(encodeURIComponent).join('/')}` },
  ])
}
