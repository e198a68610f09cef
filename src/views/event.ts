import { plural } from '../core/values/plural.ts'
import { confirmedBy, type Event } from '../core/journal/event.ts'
import { joinFew } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { asUnderstood } from '../core/journal/as-understood.ts'
import { evolve } from '../core/journal/fold.ts'
import type { State } from '../core/journal/state.ts'
import { changesBetween, type Change } from '../core/report/changes.ts'
import { formatDuration, formatInstant } from '../core/values/units.ts'
import { clean, listed } from './clean.ts'
import { paint } from './paint.ts'
import { describe } from '../core/judge/describe.ts'
import { askedToggles } from '../core/plan/shadow.ts'

/** An event and the state it happened to. */
export interface Happening {
  readonly event: Event
  readonly before: State | undefined
}

/** Pairs each event, as far as it is understood, with the state before it. */
export function happenings(events: readonly Event[], from?: State): readonly Happening[] {
  let state = from
  return events.map(asUnderstood).map((event) => {
    const before = state
    state = evolve(state, event)
    return { event, before }
  })
}

/** Renders one line: number, time, what happened, by whom, why. */
export function renderEvent({ event, before }: Happening, stream: Stream): string {
  const color = paint(stream)
  const reason = event.reason === undefined ? '' : ` "${clean(event.reason)}"`
  const who = event.actor === 'auto' ? (event.type === 'intended' ? color.dim(' auto') : '') : ` ${color.cyan(clean(event.actor))}`
  return `${color.dim(`#${String(event.seq).padEnd(4)} ${formatInstant(event.at)}`)} ${what(event, before, stream)}${who}${reason}`
}

/** Returns what happened, without colours. */
export function describeEvent({ event, before }: Happening): string {
  return what(event, before, { color: 0 }).trim()
}

function what(event: Event, before: State | undefined, stream: Pick<Stream, 'color'>): string {
  const color = paint(stream)
  switch (event.type) {
    case 'started':
      return color.bold(`started ${clean(event.plan.name)}`) + ` with ${plural(askedToggles(event.plan).length, 'toggle')}${adopted(event)}`
    case 'replanned':
      return color.bold('accepted the edited plan')
    case 'observed':
      return color.dim(`observed ${observed(event, before)}`)
    case 'intended': {
      const moves = before ? renderChanges(changesBetween(before.plan, before.intent?.exposures ?? before.exposures, event.exposures)) : ''
      const text = `${event.move} ${moves}`.trimEnd()
      const why = event.overrides === undefined ? event.why.text : `overriding ${listed(event.overrides)}`
      return `${event.move === 'advance' ? color.green(text) : color.red.bold(text)}  ${clean(why)}`
    }
    case 'applied':
      return color.dim(`  ${joinFew(confirmedBy(event).map(clean), ' · ')} ✓`)
    case 'joined':
      return color.dim(`  written to ${listed(event.targets)} by another process as well`)
    case 'refused':
      return color.yellow(`  ${clean(event.target)} ✗ ${clean(event.error)}`)
    case 'arrived':
      return event.missing.length === 0
        ? color.dim('  confirmed by every target')
        : color.yellow(`  confirmed, but not by ${listed(event.missing)}`)
    case 'paused':
      return color.yellow.bold('paused') + `  ${clean(event.why.text)}`
    case 'blocked':
      return event.by.length === 0
        ? color.dim('nothing stands in the way any more')
        : `${color.yellow.bold('blocked')}  ${joinFew(
            event.by.map(({ text }) => clean(text)),
            '; ',
          )}`
    case 'resumed':
      return color.bold('resumed')
    case 'approved':
      return `approved step ${event.step + 1} for ${clean(event.group)}${event.signed ? ', signed' : ''}`
    case 'revoked':
      return color.yellow(`took back the approval of step ${event.step + 1} for ${clean(event.group)}`)
    case 'checked':
      return `checked ${clean(event.item)} of ${clean(event.phase)}${event.evidence === undefined ? '' : `, see ${clean(event.evidence)}`}`
    case 'unchecked':
      return color.yellow(`unchecked ${clean(event.item)} of ${clean(event.phase)}`)
    case 'completed':
      return color.green.bold('complete') + `  ${clean(event.why.text)}`
    case 'closed':
      return color.bold('closed') + `  ${clean(event.why.text)}`
    case 'drilled':
      return drilled(event, stream)
    case 'notified':
      if (event.note !== undefined) return color.yellow(`  ${clean(event.channel)} was told, but ${clean(event.note)}`)
      return event.error === undefined
        ? color.dim(`  ${clean(event.channel)} was told`)
        : color.yellow(`  ${clean(event.channel)} could not be told of #${event.through}: ${clean(event.error)}`)
    case 'attached':
      return color.dim(`watched by ${clean(event.controller.host)} pid ${event.controller.pid}`)
    case 'detached':
      return color.dim('no longer watched')
    case 'moved':
      return color.bold(`the journal goes on in ${clean(event.to)}`)
    default:
      return color.yellow(unknown(event satisfies never))
  }
}

function adopted({ adopted: marks = [] }: Extract<Event, { type: 'started' }>): string {
  return marks.length === 0 ? '' : `, from what ${listed([...new Set(marks.map(({ target }) => target))])} held of a journal that is lost`
}

/** A newer version may write what this one does not know. */
function unknown({ type, version }: { readonly type: string; readonly version: string }): string {
  return `${clean(type)}, which only rollout ${clean(version)} knows`
}

function drilled({ contingency, passed, took, problem, of }: Extract<Event, { type: 'drilled' }>, stream: Pick<Stream, 'color'>): string {
  const color = paint(stream)
  const where = of ? ` (in ${clean(of.environment)}, its #${of.seq})` : ''
  const text = `drill of ${clean(contingency)}${where}`
  return passed
    ? `${color.green.bold(text)}  confirmed by every target in ${formatDuration(took)}, and put back`
    : `${color.red.bold(`${text} failed`)}  ${clean(problem ?? '')}`
}

/** Renders `FEATURE_A 10% → 25%, FEATURE_B 0% → 10%`; beyond three toggles only how many. */
export function renderChanges(changes: readonly Change[]): string {
  const shown = changes.slice(0, 3).map(({ toggle, from, to }) => `${clean(toggle)} ${from} → ${to}`)
  return changes.length > 3 ? `${shown.join(', ')} and ${changes.length - 3} more` : shown.join(', ')
}

function observed(event: Extract<Event, { type: 'observed' }>, before: State | undefined): string {
  const parts = Object.entries(event.watch.tracks).map(([name, track]) => {
    const metric = before?.plan.metrics[name]
    return `${clean(name)} ${track.verdict}${metric ? ` (${clean(describe(metric, track))})` : ''}`
  })
  return [`held ${formatDuration(event.watch.credit)}`, ...parts].join(' · ')
}
