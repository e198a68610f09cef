import { appendFileSync } from 'node:fs'
import { messageOf, RolloutError, type Where } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { oneLine, summaryOf, type CheckReport, type CheckRow } from '../views/check.ts'
import { placeOf } from '../views/problem.ts'

const WORST: readonly CheckRow['verdict'][] = ['failed', 'critical', 'unreachable', 'warning', 'unknown', 'waiting']

/** Returns the annotation for the worst thing, or nothing: GitHub shows at most ten of a kind. Format: see `reportToGitHub`. */
export function annotationOf({ rows }: CheckReport): string {
  const worst = worstOf(rows)
  return worst ? annotationOfRow(worst) : ''
}

/**
 * Writes a job summary for GitHub Actions, and the outputs `result`, `step`, `reason`. Formats: docs.github.com, "Workflow
 * commands for GitHub Actions". Throws `denied` when a file it was given cannot be written: a job that reads the outputs
 * must not go on without them.
 */
export function reportToGitHub(shell: Pick<Shell, 'env' | 'uuid'>, report: CheckReport): void {
  const worst = worstOf(report.rows)
  append(shell.env['GITHUB_STEP_SUMMARY'], markdown(report))
  const values = {
    result: report.outcome,
    step: String(report.step ?? 0),
    reason: worst && report.outcome !== 'done' ? oneLine(worst.text) : 'everything is healthy',
  }
  append(
    shell.env['GITHUB_OUTPUT'],
    Object.entries(values)
      .map(([key, value]) => output(key, value, shell.uuid()))
      .join(''),
  )
}

function worstOf(rows: readonly CheckRow[]): CheckRow | undefined {
  return rows.filter(({ verdict }) => verdict !== 'ok').toSorted((a, b) => weight(a) - weight(b))[0]
}

/** A warning about the plan itself comes last: it is not why the answer is no. */
function weight({ what, verdict }: CheckRow): number {
  return WORST.indexOf(verdict) + (what === 'config' && verdict === 'warning' ? WORST.length : 0)
}

/** Returns text in which nothing is taken for a workflow command, be it `::error::` or the older `##[error]`. */
export function fence(text: string, token: string): string {
  return `::stop-commands::${token}\n${text}::${token}::\n`
}

function annotationOfRow({ verdict, text, where, what, name }: CheckRow): string {
  const level = verdict === 'waiting' ? 'notice' : verdict === 'warning' || verdict === 'unknown' ? 'warning' : 'error'
  return annotation({ level, title: `rollout check: ${what} ${name}`.trim(), text, where })
}

interface Annotation {
  readonly level: 'notice' | 'warning' | 'error'
  readonly title: string
  readonly text: string
  readonly where: Where | undefined
}

/** Returns the line that makes an annotation of a job, at its place in a file where it has one. */
export function annotation({ level, title, text, where }: Annotation): string {
  const place = [
    where?.file && `file=${property(where.file)}`,
    where?.line && `line=${where.line}`,
    where?.column && `col=${where.column}`,
    `title=${property(title)}`,
  ]
  return `::${level} ${place.filter(Boolean).join(',')}::${data(text)}\n`
}

/** Returns an output of a job, behind a random delimiter: a value cannot end its own block and begin another key. */
export function output(key: string, value: string, delimiter: string): string {
  return `${key}<<${delimiter}\n${value}\n${delimiter}\n`
}

function markdown({ outcome, rows }: CheckReport): string {
  const lines = rows.map((row) => {
    const place = row.where ? `${placeOf(row.where)} ` : ''
    return `| ${[row.what, cell(row.name), row.verdict, cell(place + row.text)].join(' | ')} |`
  })
  return `### rollout check: ${summaryOf(outcome)}\n\n| what | name | verdict | |\n|---|---|---|---|\n${lines.join('\n')}\n\n`
}

function cell(text: string): string {
  return escaped(oneLine(text))
}

/** Returns text in which everything that could be Markdown, HTML or a link stands as a character reference. */
export function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,;%()/>=-]/gu, (each) => `&#${each.codePointAt(0)};`).replaceAll('>', '&gt;')
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** Appends to a file that GitHub named; nothing where it named none. Throws `denied` when it cannot be written. */
export function append(file: string | undefined, text: string): void {
  if (file === undefined || file === '') return
  try {
    appendFileSync(file, text)
  } catch (thrown) {
    throw new RolloutError(
      'denied',
      { message: `${file} cannot be written: ${messageOf(thrown)}`, hint: 'GITHUB_OUTPUT and GITHUB_STEP_SUMMARY name files of the job' },
      { cause: thrown },
    )
  }
}
