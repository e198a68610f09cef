import type { Parting, Recorded, Retold, Said } from '../core/forecast/counterfactual.ts'
import { formatCount } from '../core/values/join-few.ts'
import type { Stream } from '../core/values/stream.ts'
import { formatDuration, formatExposure, formatInstant } from '../core/values/units.ts'
import { oneLine } from './check.ts'
import { clean, listed } from './clean.ts'
import { paint } from './paint.ts'

/** The rollouts of a journal, judged and decided again; `with` another plan, without what nobody counted. */
export interface RetoldReport {
  readonly rollouts: readonly Retold[]
  readonly with?: string
  readonly leftOut?: readonly string[]
}

/** Renders the rollouts of a journal: which decisions came out again, and where another plan would have led elsewhere. */
export function renderRetold({ rollouts, with: file, leftOut = [] }: RetoldReport, place: string, stream: Stream): string {
  const color = paint(stream)
  const lines = rollouts.flatMap((each) => [color.bold(headOf(each)), ...again(each, stream), ...beside(each, file, stream)])
  const left = leftOut.length > 0 ? [`not counted in this journal, and left out: ${listed(leftOut)}`] : []
  return `${[clean(place), ...lines, ...left].join('\n')}\n`
}

function headOf({ from, to, startedAt, polls, decisions }: Retold): string {
  return `#${from}–#${to}, started ${formatInstant(startedAt)}: ${formatCount(polls)} polls, ${formatCount(decisions.length)} decisions`
}

function again({ decisions, different, unkept, polls }: Retold, stream: Stream): readonly string[] {
  const color = paint(stream)
  const [same, given] = [decisions.filter(({ is }) => is === 'reproduced'), decisions.filter(({ is }) => is === 'given')]
  const unlike = decisions.filter(({ is }) => is === 'different')
  const well = unlike.length === 0 && different.length === 0
  const lines = [
    ...(well && same.length > 0
      ? [` ${color.green('✓')} ${formatCount(same.length)} of what was measured, each the same again to the last bit`]
      : []),
    ...(given.length > 0 ? [`   ${formatCount(given.length)} by people, or by what the targets showed: taken as they were`] : []),
    ...unlike.map((each) => ` ${color.red('✗')} ${differing(each)}`),
    ...(different.length > 0
      ? [
          ` ${color.red('✗')} judged otherwise now: ${different
            .slice(0, 5)
            .map((seq) => `#${seq}`)
            .join(', ')}${different.length > 5 ? ' …' : ''}`,
        ]
      : []),
    ...(unkept > 0
      ? [` ${color.yellow('!')} ${formatCount(unkept)} observations without the polls they came of: those cannot be judged again`]
      : []),
  ]
  return polls === 0 && lines.length === 0 ? ['   nothing was decided'] : lines
}

function differing({ seq, again: now, ...recorded }: Recorded): string {
  return `#${seq} ${say(recorded)}; now: ${now ? say(now) : 'nothing'}`
}

function beside({ parting, polls }: Retold, file: string | undefined, stream: Stream): readonly string[] {
  if (file === undefined) return []
  const color = paint(stream)
  const name = oneLine(file)
  if (!parting) return [polls === 0 ? `   ${name}: nothing to judge` : ` ${color.green('✓')} ${name}: the same way to the end`]
  const what = parting.other ? say(parting.other) : UNKNOWN[parting.because ?? 'not recorded']
  return [
    ` ${color.yellow('!')} ${name}: the same way until #${parting.seq}, ${formatInstant(parting.at)}`,
    `     then it was    ${say(parting.recorded)}`,
    `     with ${name}   ${what}`,
    `   ${unknown(parting)}`,
  ]
}

const UNKNOWN = {
  'not recorded': 'cannot be told: the polls from here on were not kept',
  'no such step': 'cannot be told: it has no step with the exposures that came next',
}

function unknown({ beyond: { lasted, exposed, failed } }: Parting): string {
  const counts = exposed === undefined ? '' : `: ${formatCount(exposed)} requests with the change, ${formatCount(failed ?? 0)} failed`
  return `From there on the exposures differ: what its users would have met is in no record. The record goes on for ${formatDuration(lasted)}${counts}.`
}

function say({ do: turning, text, exposures }: Said): string {
  const to = exposures
    ? ` to ${Object.entries(exposures)
        .map(([name, exposure]) => `${clean(name)} ${formatExposure(exposure)}`)
        .join(', ')}`
    : ''
  return `${turning}${to}${text === '' ? '' : `  ${oneLine(text)}`}`
}
