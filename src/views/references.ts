import { plural } from '../core/values/plural.ts'
import { isDependence, type Reference, type ReferenceReport } from '../core/report/reference.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { code, heading, listBlock, note, paragraph, type Block, type Document, type Text } from './document/block.ts'
import { paint } from './paint.ts'

/** Of one toggle, in a terminal; and on a page about more than its places. */
const SHOWN = 100
const FEW = 5

/** Renders where toggles stand in the code: those places first that depend on one. */
export function renderReferences(report: ReferenceReport, stream: Stream): string {
  const color = paint(stream)
  const widest = Math.max(
    0,
    ...Object.values(report.toggles)
      .flat()
      .map((each) => roleOf(each).length),
  )
  const parts = Object.entries(report.toggles).map(([name, references]) => {
    const shown = inOrder(references).slice(0, SHOWN)
    const width = Math.max(0, ...shown.map((each) => placeOf(each).length))
    const lines = shown.map(
      (each) => `  ${clean(placeOf(each)).padEnd(width)}  ${roleOf(each).padEnd(widest)} ${color.dim(clean(each.code))}`,
    )
    const more = references.length - shown.length
    const rest = more > 0 ? [color.dim(`  … and ${more} more: --json or --format markdown shows all`)] : []
    return [`${color.bold(clean(name))}  ${countOf(references)}`, ...lines, ...rest].join('\n')
  })
  return `${[...parts, ...notesOf(report).map((line) => `${color.yellow('!')} ${line}`)].join('\n')}\n`
}

/** Renders the places that depend on a toggle in a few lines of another page, and how to see all. */
export function renderFewReferences(name: string, references: readonly Reference[], stream: Stream): readonly string[] {
  const color = paint(stream)
  const few = inOrder(references).filter(isDependence).slice(0, FEW)
  const lines = few.map((each) => `    ${clean(placeOf(each))}  ${color.dim(clean(each.code))}`)
  const all = references.length > few.length ? [color.dim(`    all of them: rollout toggles references ${clean(name)}`)] : []
  return [`  ${countOf(references)}`, ...lines, ...all]
}

/** Writes where toggles stand in the code as a document, with links where the repository has a place on the web. */
export function referencesDocument(report: ReferenceReport): Document {
  return {
    id: 'references',
    title: 'Where toggles stand in the code',
    lead: `${report.files} files were searched${report.commit === undefined ? '' : `, at ${report.commit.slice(0, 12)}`}.`,
    blocks: [
      ...Object.entries(report.toggles).flatMap(([name, references]): readonly Block[] => [
        heading([code(name)]),
        paragraph(countOf(references)),
        ...(references.length > 0 ? [listBlock(inOrder(references).map(itemOf))] : []),
      ]),
      ...notesOf(report).map((line) => note('warning', line)),
    ],
  }
}

function itemOf(reference: Reference): Text {
  const place = placeOf(reference)
  return [reference.link === undefined ? place : { link: place, to: reference.link }, ` ${roleOf(reference)}: `, code(reference.code)]
}

/** One line about the places of a toggle: how many depend on it, in how many files, and what else there is. */
function countOf(references: readonly Reference[]): string {
  if (references.length === 0) return 'nowhere in the code'
  const depends = references.filter(isDependence)
  const files = new Set(depends.map(({ file }) => file)).size
  const tests = references.filter(({ isTest }) => isTest).length
  const asked = depends.length === 0 ? 'asked nowhere' : `asked in ${plural(depends.length, 'place')} of ${plural(files, 'file')}`
  const others = references.length - depends.length - tests
  return [asked, ...(others > 0 ? [plural(others, 'other place')] : []), ...(tests > 0 ? [`${plural(tests, 'place')} in tests`] : [])].join(
    ', ',
  )
}

function notesOf({ generated, missing, unread }: ReferenceReport): readonly string[] {
  return [
    ...unread.map(({ file, line, column, why }) => {
      const at = line === undefined ? '' : `:${line}:${column ?? 1}`
      return clean(`${file}${at}: ${why}${line === undefined ? '' : '; its text was searched, its syntax was not read'}`)
    }),
    ...(missing.length > 0
      ? [`text was searched where a grammar could tell code from comments: npm install --save-dev ${missing.join(' ')}`]
      : []),
    ...(generated > 0 ? [`${plural(generated, 'file')} that others or a machine wrote (vendor, dist, linguist-generated …) left out`] : []),
  ]
}

/** Those that the program depends on come first; else as they were found. */
function inOrder(references: readonly Reference[]): readonly Reference[] {
  const rank = (each: Reference): number => (isDependence(each) ? 0 : each.isTest ? 2 : 1)
  return references.toSorted((a, b) => rank(a) - rank(b))
}

function placeOf({ file, line, column }: Reference): string {
  return `${file}:${line}:${column}`
}

function roleOf({ role, isTest, compared }: Reference): string {
  const shown = compared ? 'compared' : role
  return isTest ? `${shown} (test)` : shown
}
