import type { Ora } from 'ora'
import type { Decision } from '../core/policy/decide.ts'
import { nextStep } from '../core/policy/destination.ts'
import { waitsFor } from '../core/policy/waiting.ts'
import { metricsUnderWay } from '../core/policy/situation.ts'
import { FEW } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { isMissed } from '../core/journal/outbox.ts'
import { currentStep, type State } from '../core/journal/state.ts'
import { formatDuration, formatExposure } from '../core/values/units.ts'
import { renderEvent, type Happening } from './event.ts'
import { clean, listed } from './clean.ts'
import { fitText } from './fit-text.ts'
import { openSpinner } from './spinner.ts'
import { renderVerdict } from './status.ts'
import { summarizeMetric } from '../core/report/summary.ts'

/** What a reader of a log does not miss; `rollout history --all` has it. */
const QUIET: ReadonlySet<string> = new Set(['observed', 'applied', 'joined'])

/** Shows a run as it goes: lines that stay, and on a terminal one line that lives. */
export interface Live {
  event(happening: Happening): void
  /** A text of its own, made for the stream it goes to. */
  say(render: (stream: Stream) => string): void
  turn(turn: { readonly decision: Decision; readonly state: State }): void
  end(): void
}

interface Screen {
  readonly out: Stream
  readonly err: Stream
}

/** Opens a view with a line per change; the live line only where a person is watching. With `json` everything goes to stderr. */
export function openLive({ out, err }: Screen, json: boolean): Live {
  const to = json ? err : out
  const spinner = openSpinner(err, !json)
  let [last, refused] = ['', 0]
  const line = (text: string): void => beside(spinner, () => to.write(`${text}\n`))
  return {
    event: (happening) => {
      const { event } = happening
      const { type } = event
      if (event.type === 'notified' && !isMissed(event)) return
      if (type === 'intended') refused = 0
      if (type === 'refused') refused += 1
      if (QUIET.has(type) || (type === 'refused' && refused > FEW + 1)) return
      line(type === 'refused' && refused > FEW ? '  … and others: rollout status counts them' : renderEvent(happening, to))
    },
    say: (render) => beside(spinner, () => to.write(render(to))),
    turn: ({ decision, state }) => {
      const text = renderTurn(decision, state, to)
      if (spinner) {
        spinner.text = inWindow(text, err)
        if (!spinner.isSpinning) spinner.start()
      } else if (decision.do === 'hold' || decision.do === 'rest') {
        const key = `${decision.do} ${decision.why.code} ${peopleOf(decision)} ${verdictsOf(state)} ${blockedBy(state)}`
        if (key !== last && (ODD.has(decision.why.code) || isWorthALine(state))) {
          line(`  ${text}`)
          last = key
        }
      }
    },
    end: () => void spinner?.stop(),
  }
}

/** Renders `10% · error_rate ✓ 0.2% (3 of 1204) · hold 12m of 30m`. */
export function renderTurn(decision: Decision, state: State, stream: Stream): string {
  const step = currentStep(state)
  const next = nextStep(state)
  const at = step ? `${listed(step.moves)} at ${formatExposure(step.to)}` : 'before the first step'
  const metrics = metricsUnderWay(state)
    .map(summarizeMetric)
    .map((metric) => `${renderVerdict(metric, stream)} ${clean(metric.name)} ${clean(metric.text)}`)
  const gates = decision.do === 'hold' ? decision.gates : []
  const all = waitsFor({ state, gates }, decision).filter(({ name }) => name !== 'metrics')
  const waits = gates.length > 0 || state.blocked ? all.map(({ text }) => text) : [decision.why.text]
  const eta = decision.do === 'hold' ? Math.max(0, ...decision.gates.map(({ opensIn }) => opensIn ?? 0)) : 0
  const then = next && eta > 0 ? [`next ${formatExposure(next.to)} in about ${formatDuration(eta)}`] : []
  return [at, ...metrics, ...(state.status === 'paused' ? ['PAUSED'] : []), ...waits.map(clean), ...then].join(' · ')
}

/** Nothing is measured at these times, and a reader of a log must know of them all the same. */
const ODD: ReadonlySet<string> = new Set(['unreachable', 'standby'])

/** A step has only just begun: too little to say anything, and the next polls will say it. */
const EARLY: ReadonlySet<string | undefined> = new Set(['first-poll', 'few-samples', 'looks-back', 'settling'])

/** A log wants changes: not that a step has only just begun, when a counter has not had the time to move either. */
function isWorthALine(state: State): boolean {
  return Object.values(state.watch?.tracks ?? {}).every(
    ({ verdict, missing, unknownFor = 0 }) =>
      verdict !== 'unknown' || !(EARLY.has(missing?.reason) || (missing?.reason === 'no-traffic' && unknownFor === 0)),
  )
}

/** The gates that no passing of time under watch opens: these a reader of a log must know of. */
function peopleOf(decision: Decision): string {
  const closed = decision.do === 'hold' ? decision.gates.filter(({ open, name }) => !open && PEOPLE.has(name)) : []
  return closed.map(({ name }) => name).join()
}

const PEOPLE: ReadonlySet<string> = new Set(['approval', 'unused', 'checklist', 'drill', 'window', 'freeze'])

function blockedBy({ blocked = [] }: State): string {
  return blocked.map(({ name, target }) => `${name} ${target}`).join()
}

function verdictsOf(state: State): string {
  return Object.values(state.watch?.tracks ?? {})
    .map(({ verdict }) => verdict)
    .join()
}

/** Behind the sign of life, which takes two columns. */
function inWindow(text: string, { size }: Stream): string {
  if (!size) return text
  const { columns, rows } = size()
  return fitText(text, { columns: Math.max(1, columns - 2), rows }).join('\n')
}

function beside(spinner: Ora | undefined, write: () => void): void {
  const spinning = spinner?.isSpinning === true
  if (spinning) spinner.clear()
  write()
  if (spinning) spinner.render()
}
