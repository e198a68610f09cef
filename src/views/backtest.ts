import { plural } from '../core/values/plural.ts'
import type { Episode } from '../core/forecast/replay.ts'
import { ANSWERS, type StepTrial } from '../core/forecast/trial.ts'
import { wilson } from '../core/forecast/wilson.ts'
import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Span } from '../core/ports.ts'
import { formatValue } from '../core/values/rule.ts'
import { formatDuration, formatExposure, formatFraction, formatInstant, type Instant } from '../core/values/units.ts'
import { oneLine } from './check.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** One metric: since when it is recorded, or why it was not replayed. */
export interface Recalled {
  readonly metric: string
  readonly since?: Instant
  readonly not?: string
  /** The steps at which only those count who have the change, begun again and again with so few. */
  readonly steps?: readonly StepTrial[]
  /** It should have been replayed. */
  readonly failed?: boolean
}

/** Values are in base units: fractions, seconds. */
export interface BacktestReport extends Span {
  readonly outcome: Outcome
  readonly metrics: readonly Recalled[]
  readonly episodes: readonly Episode[]
}

/** Renders one line for every time the plan would have acted. */
export function renderBacktest({ from, to, step, metrics, episodes }: BacktestReport, stream: Stream): string {
  const color = paint(stream)
  const replayed = metrics.filter(({ since }) => since !== undefined)
  const tried = replayed.flatMap(({ metric, steps = [] }) => steps.map((trial) => triedAt(metric, trial, stream)))
  const head = `${formatDuration(to - from)} of ${plural(replayed.length, 'metric')}, every ${formatDuration(step)}: ${replayed.length === 0 ? 'nothing could be replayed' : summed(episodes, tried.length > 0)}`
  const lines = episodes.map((episode) => {
    const isPause = episode.does === 'pause'
    const mark = isPause ? color.yellow('!') : color.red('✗')
    const phases = Object.entries(episode.phases).map(([phase, does]) => `${does} in ${clean(phase)}`)
    const differs = new Set(Object.values(episode.phases)).size > 1 ? ` (${phases.join(', ')})` : ''
    return ` ${mark} ${formatInstant(episode.at)}  ${episode.does.padEnd(9)} ${oneLine(episode.text)}${lasted(episode)}${differs}`
  })
  const known =
    tried.length > 0 ? [color.dim(' Nobody had the change then: the two groups cannot be compared, only thresholds were judged.')] : []
  // Polls before the first that is recorded prove nothing.
  const late = replayed.flatMap(({ metric, since = from }) =>
    since - from > step ? [color.dim(` ${clean(metric)} is recorded only since ${formatInstant(since)}`)] : [],
  )
  const not = metrics.flatMap(({ metric, not: why }) => (why === undefined ? [] : [`${clean(metric)} (${oneLine(why)})`]))
  const skipped = not.length > 0 ? [` not replayed: ${not.join(', ')}`] : []
  return `${[color.bold(head), ...lines, ...tried, ...known, ...late, ...skipped].join('\n')}\n`
}

/** `! error_rate at 5% of core, by its few users: 56 of 336 begun every 30m: rollback 16.7% (13.1% to 21%)`. */
function triedAt(metric: string, { phase, to, hold, begun, stopped }: StepTrial, stream: Stream): string {
  const color = paint(stream)
  const found = ANSWERS.toReversed().flatMap((does) => {
    const count = stopped[does] ?? 0
    const [low, high] = wilson(count, begun)
    const share = formatFraction(count / begun)
    return count > 0 ? [`${does} ${count} (${share}, ${formatFraction(low)} to ${formatFraction(high)})`] : []
  })
  const mark = found.length > 0 ? color.yellow('!') : color.green('✓')
  const said = found.length > 0 ? found.join(', ') : begun === 0 ? 'nothing to try it with' : 'none stopped'
  return ` ${mark} ${clean(metric)} at ${formatExposure(to)} of ${clean(phase)}, with as few users: of ${begun} begun every ${formatDuration(hold)} ${said}`
}

function lasted({ at, until, worst, value, unit }: Episode): string {
  const parts = [
    ...(until > at ? [`stayed for ${formatDuration(until - at)}`] : []),
    ...(worst !== undefined && worst !== value ? [`worst ${formatValue(worst, unit)}`] : []),
  ]
  return parts.length > 0 ? `; ${parts.join(', ')}` : ''
}

function summed(episodes: readonly Episode[], isTried: boolean): string {
  const parts = (['rollback', 'step-back', 'pause'] as const).flatMap((does) => {
    const count = episodes.filter((each) => each.does === does).length
    return count > 0 ? [plural(count, does)] : []
  })
  return parts.length > 0 ? parts.join(', ') : `nothing would have happened${isTried ? ' by the requests of everybody' : ''}`
}
