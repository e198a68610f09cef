import type { Stream } from '../core/values/stream.ts'
import type { Membership } from '../core/plan/membership.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'
import { renderTable } from './table.ts'

/** One toggle for one user. */
export interface UserRow extends Membership {
  readonly toggle: string
  readonly exposure: string
  /** 0 ≤ bucket < 2³², and the exposure up to which it is out: 0–100. */
  readonly bucket: number
  readonly percent: number
  /** The step that changes the answer, and to what; absent when none does. */
  readonly next?: Membership & { readonly step: number; readonly phase: string; readonly exposure: string }
}

export interface UserPage {
  readonly user: string
  readonly attributes: Readonly<Record<string, string>>
  /** Otherwise it is the plan as the file has it, with every toggle at its default. */
  readonly started: boolean
  readonly toggles: readonly UserRow[]
}

/** Renders whether a user is in or out, why, and which step changes that, toggle by toggle. */
export function renderUser({ user, attributes, started, toggles }: UserPage, stream: Stream): string {
  const color = paint(stream)
  const known = Object.entries(attributes).map(([name, value]) => `${name}=${value}`)
  const head = `${color.bold(clean(user))}${known.length > 0 ? ` with ${clean(known.join(' '))}` : ''}`
  const rows = toggles.map((row) => [
    clean(row.toggle),
    row.isOn ? color.green('on') : 'off',
    reasonOf(row, row.exposure, row.percent),
    `${shown(row.percent)} (${row.bucket})`,
    row.next
      ? `${row.next.isOn ? 'on' : 'off'} with step ${row.next.step} (${clean(row.next.phase)}, ${row.next.exposure})${row.next.why === 'percentage' || row.next.why === 'everybody' ? '' : `: ${reasonOf(row.next, row.next.exposure, row.percent)}`}`
      : color.dim('no step changes that'),
  ])
  const lines = [head, ...(started ? [] : ['  Not started: the toggles are taken at their defaults.']), '']
  return `${lines.join('\n')}\n${renderTable(['toggle', 'now', 'because', 'bucket', 'then'], rows, stream)}`
}

function reasonOf({ why, segment, isOn }: Membership, exposure: string, percent: number): string {
  switch (why) {
    case 'deny':
      return 'denied'
    case 'allow':
      return 'allowed'
    case 'segment':
      return `in segment ${clean(segment ?? '')}`
    case 'everybody':
      return 'on for everybody'
    case 'nobody':
      return 'on for nobody'
    case 'percentage':
      return `${shown(percent)} is ${isOn ? 'below' : 'not below'} ${exposure}`
  }
}

/** As exposures are written: five decimals, and never rounded up to what would be in. */
function shown(percent: number): string {
  return `${(Math.floor(percent * 1e5) / 1e5).toFixed(5)}%`
}
