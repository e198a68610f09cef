import type { Stream } from '../core/values/stream.ts'
import { clean, listed } from './clean.ts'
import { paint } from './paint.ts'

export interface InitReport {
  /** Path of the plan that was written. */
  readonly plan: string
  /** Whether the toggles were found in an env file, or stand for the user's own. */
  readonly found: boolean
  readonly file: string
  readonly toggles: readonly { readonly name: string }[]
  /** Further toggles the plan has no room for. */
  readonly left: readonly string[]
  /** Toggles that are on for everybody already. */
  readonly on: readonly string[]
  readonly prometheus?: string
}

/** Renders what was found, what was written, and what to type next. */
export function renderInit({ plan, found, file, toggles, left, on, prometheus }: InitReport, stream: Stream): string {
  const color = paint(stream)
  const names = toggles.map(({ name }) => name)
  const idle = on.filter((name) => !names.includes(name))
  const lines = [
    `${color.green('✓')} wrote ${clean(plan)}`,
    found
      ? `  toggles: ${listed(names)} (from ${clean(file)})`
      : `  no env file with toggles was found: ${listed(names)} in ${clean(file)} stands for yours`,
    ...(left.length > 0 ? [`  left out, to keep it short: ${listed(left)}`] : []),
    ...(idle.length > 0 ? [`  on already: ${listed(idle)}`] : []),
    prometheus === undefined
      ? '  metrics: no Prometheus answered; the plan reads METRICS_URL'
      : '  metrics: a Prometheus answered; the plan reads PROM_URL',
    color.dim('  rollout check config says whether it is right; rollout plan shows what it would do'),
  ]
  return `${lines.join('\n')}\n`
}
