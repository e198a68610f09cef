import { EXIT } from '../../core/values/errors.ts'
import { dependants } from '../../core/plan/plan.ts'
import {
  code,
  codes,
  commands,
  heading,
  listBlock,
  note,
  paragraph,
  runsOf,
  table,
  type Block,
  type Document,
  type TextRun,
  type Text,
} from '../document/block.ts'
import { MEANINGS } from './exits.ts'
import { contingencies } from './risk-matrix.ts'
import { annotated, rollout, commandCell, type ByHand, type DocsSource } from './source.ts'

/** Says what to type at three in the morning. */
export function emergency(source: DocsSource): Document {
  const { plan } = source
  return {
    id: 'emergency',
    title: 'Emergency procedures',
    lead: 'What to type when it goes wrong. Nothing here needs a working metric, a valid plan file or somebody else.',
    blocks: [
      heading('First'),
      annotated([
        [rollout(source, 'rollback'), 'takes the phase under way back; nothing moves up again until resume'],
        [rollout(source, 'status'), 'where it is now'],
        [rollout(source, 'explain'), 'why'],
      ]),
      note('note', 'A rollback passes every gate: windows, freezes and approvals hold steps up, never steps down.'),
      heading('How much to take back'),
      table(['When', 'Type', 'What it does'], scopes(source)),
      ...contingencies(source),
      heading('A phase'),
      table(
        ['Phase', 'Type', 'Goes back'],
        plan.phases.map(({ id, title, toggles }) => [title, commandCell(source, 'rollback', '--phase', id), codes(toggles)]),
      ),
      heading('A toggle'),
      table(
        ['Toggle', 'Type', 'Goes with it'],
        Object.keys(plan.toggles).map((name) => toggleRow(source, name)),
      ),
      heading('When a command ends with'),
      table(
        ['Exit', 'It means'],
        Object.entries(EXIT).map(([outcome, number]) => [[code(String(number))], MEANINGS[outcome] ?? outcome]),
      ),
      heading('When something does not work'),
      table(['What you see', 'What to do'], troubles(source)),
      heading('By hand'),
      paragraph(
        'For a machine that cannot be reached from where rollout runs; paths are relative to the folder of the plan. Then any later command sees what was done and goes on.',
      ),
      ...source.byHand.flatMap((each) => byHand(each)),
      heading('Afterwards'),
      listBlock([
        [code(rollout(source, 'history')), ' says what happened; ', code(rollout(source, 'report')), ' writes it up.'],
        [code(rollout(source, 'resume', '--reason', '"…"')), ' lets it go on once the cause is gone. Nothing else does.'],
      ]),
    ],
  }
}

function scopes(source: DocsSource): readonly (readonly Text[])[] {
  const core = Object.entries(source.plan.toggles).flatMap(([name, toggle]) => (toggle.core ? [name] : []))
  const kept: readonly TextRun[] = core.length > 0 ? ['; these stay, being core: ', ...runsOf(codes(core))] : []
  return [
    ['the change under way is bad', commandCell(source, 'rollback'), 'the phase under way goes back to where it began'],
    ['one feature is bad', commandCell(source, 'rollback', 'FEATURE'), ['the feature and what requires it', ...kept]],
    ['it works, but is too slow', commandCell(source, 'rollback', '--to', '5%'), 'fewer users; nothing is switched off'],
    ['nobody knows what is bad', commandCell(source, 'rollback', '--all'), 'every toggle to its default'],
    ['the journal is gone or damaged', commandCell(source, 'rollback', '--all', '--break-glass'), 'the same, without the journal'],
    ['only wait', commandCell(source, 'pause'), 'everything stays where it is'],
    ['only look', commandCell(source, 'rollback', '--dry-run'), 'says what would happen, and stops'],
  ]
}

function toggleRow(source: DocsSource, name: string): readonly Text[] {
  const gone = dependants(source.plan, [name]).filter((each) => each !== name && source.plan.toggles[each]?.core !== true)
  return [[code(name)], commandCell(source, 'rollback', name), codes(gone)]
}

function troubles(source: DocsSource): readonly (readonly Text[])[] {
  return [
    [
      'A target does not confirm (exit 10)',
      ['type what was printed for it, or what stands below (By hand); ', code(rollout(source, 'status')), ' says which are left'],
    ],
    ['The metrics are down', 'nothing: it holds, then pauses by itself; a rollback needs none'],
    [
      'rollout.yaml does not load (exit 78)',
      ['go on: a rollback works from the plan frozen in the journal. Later: ', code(rollout(source, 'check', 'config'))],
    ],
    [
      'Another process has the lead (exit 75)',
      ['a rollback takes over by itself; otherwise ', code(rollout(source, 'status')), ' says who it is'],
    ],
    ['The journal cannot be reached (exit 69)', commandCell(source, 'rollback', '--all', '--break-glass')],
    [
      'It stays, and nobody knows why',
      [code(rollout(source, 'explain')), ' says what was measured, what is needed, and when that may change'],
    ],
    ['A word on a target is not what it should be', [code(rollout(source, 'plan')), ' lists the drift']],
  ]
}

function byHand({ target, use, all, toggles }: ByHand): readonly Block[] {
  // Where a toggle has lines of its own, whoever needs one of them sees which.
  const isTogether = all.length < toggles.length
  const one = toggles.flatMap(({ toggle, lines }) => [`# ${toggle}`, ...lines])
  return [
    heading(['Target ', code(target)], 3),
    paragraph(
      'Written by ',
      code(use),
      isTogether ? '. Every toggle to its default:' : '. Every toggle to its default; or only the lines of some:',
    ),
    commands(...all),
    ...(isTogether ? [paragraph('Or one of them:'), commands(...one)] : []),
  ]
}
