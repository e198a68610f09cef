import { appendFileSync } from 'node:fs'
import type { Shell } from '../shell.ts'
import { placeOf } from '../views/problem.ts'
import { summaryOf, type CheckReport, type CheckRow } from '../views/check.ts'

const WORST: readonly CheckRow['verdict'][] = ['failed', 'critical', 'unreachable', 'warning', 'unknown', 'waiting']

/**
 * Tells GitHub Actions: one annotation for the worst thing (at most ten of a kind are shown), a job summary, and
 * outputs `result`, `step`, `reason`. Formats: docs.github.com, "Workflow commands for GitHub Actions".
 */
export function reportToGitHub(shell: Shell, report: CheckReport): void {
  const worst = report.rows.filter(({ verdict }) => verdict !== 'ok').toSorted((a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict))[0]
  if (worst) shell.err.write(annotation(worst))
  append(shell.env['GITHUB_STEP_SUMMARY'], markdown(report))
  const values = { result: report.outcome, step: String(report.step ?? 0), reason: worst?.text ?? 'everything is healthy' }
  append(shell.env['GITHUB_OUTPUT'], Object.entries(values).map(([key, value]) => output(key, value, shell.uuid())).join(''))
}

function annotation({ verdict, text, where, what, name }: CheckRow): string {
  const kind = verdict === 'waiting' ? 'notice' : verdict === 'warning' || verdict === 'unknown' ? 'warning' : 'error'
  const place = [where?.file && `file=${property(where.file)}`, where?.line && `line=${where.line}`, where?.column && `col=${where.column}`, `title=${property(`rollout check: ${what} ${name}`.trim())}`]
  return `::${kind} ${place.filter(Boolean).join(',')}::${data(text)}\n`
}

/** A random delimiter: a value that spans lines cannot end its own block and begin another key. */
function output(key: string, value: string, delimiter: string): string {
  return `${key}<<${delimiter}\n${value}\n${delimiter}\n`
}

function markdown({ outcome, rows }: CheckReport): string {
  const cell = (text: string): string => text.replaceAll(/[\\|<>`*_[\]]/g, (each) => `&#${each.charCodeAt(0)};`).replaceAll(/\s+/g, ' ')
  const lines = rows.map((row) => `| ${row.what} | ${cell(row.name)} | ${row.verdict} | ${cell(`${row.where ? `${placeOf(row.where)} ` : ''}${row.text}`)} |`)
  return `### rollout check: ${summaryOf(outcome)}\n\n| what | name | verdict | |\n|---|---|---|---|\n${lines.join('\n')}\n\n`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function append(file: string | undefined, text: string): void {
  if (file !== undefined && file !== '') appendFileSync(file, text)
}
