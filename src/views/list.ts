import type { Summary } from '../core/report/summary.ts'
import type { Problem } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatExposure, formatInstant, type Instant } from '../core/values/units.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { renderWord } from './status.ts'
import { renderTable } from './table.ts'

/** One rollout of a store, or why its journal cannot be read. */
export type Listed =
  | (Summary & {
      readonly journal: string
      /** Number of its first event; absent for the newest of its journal. */
      readonly begun?: number
      /** Since when it is as it is, or waits for what it waits for first. */
      readonly since: Instant
      /** The store in which its journal goes on. */
      readonly moved?: string
    })
  | { readonly journal: string; readonly problem: Pick<Problem, 'message' | 'hint'> }

/** A line has room for so many characters of what a rollout waits for: `rollout status` says all of it. */
const LONGEST_WAIT = 48

/** Renders every rollout of a store, one line each. */
export function renderList(rollouts: readonly Listed[], stream: Stream): string {
  const color = paint(stream)
  if (rollouts.length === 0) return `no rollout has begun here\n  ${color.dim('rollout init writes a small plan; rollout start begins')}\n`
  const rows = rollouts.map((each) => ('problem' in each ? unreadable(each, stream) : row(each, stream)))
  return renderTable(['rollout', 'status', 'step', 'exposure', 'waits for', 'since', 'watched by'], rows, stream)
}

function row(listed: Extract<Listed, Summary>, stream: Stream): readonly string[] {
  const { name, environment, begun, status, step, waitsFor, since, controller, moved } = listed
  const waits = begun !== undefined ? '' : moved === undefined ? (waitsFor[0]?.text ?? '') : `goes on in ${moved}`
  return [
    clean(environment === undefined ? name : `${name}@${environment}`) + (begun === undefined ? '' : ` #${begun}`),
    renderWord(status, stream),
    step ? `${step.number} of ${step.of}` : '–',
    exposure(listed),
    waits === '' ? '–' : cut(clean(waits)),
    formatInstant(since),
    controller?.watching ? `${clean(controller.host)} pid ${controller.pid}` : '–',
  ]
}

/** What the toggles of the step have now, and where they are on their way to: `FEATURE_X 25% → 50%`, and how many others. */
function exposure({ step, exposures, next, intent }: Summary): string {
  const [first, ...others] = step?.toggles ?? next?.toggles ?? []
  if (first === undefined) return '–'
  const more = others.length === 0 ? '' : ` +${others.length}`
  const path = new Set([exposures[first] ?? 0, ...(intent ? [intent.exposures[first] ?? 0] : [])])
  return `${clean(first)} ${[...path].map(formatExposure).join(' → ')}${more}`
}

function unreadable({ journal, problem: { message } }: Extract<Listed, { readonly problem: object }>, stream: Stream): readonly string[] {
  return [clean(journal), paint(stream).red('unreadable'), '–', '–', cut(clean(message)), '–', '–']
}

function cut(text: string): string {
  return text.length > LONGEST_WAIT ? `${text.slice(0, LONGEST_WAIT - 1)}…` : text
}
