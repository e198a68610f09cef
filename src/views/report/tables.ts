import type { Report } from '../../core/report/report.ts'
import { formatDuration, formatExposure, formatInstant } from '../../core/values/units.ts'
import { code, table, type Block, type Text } from '../document/block.ts'
import { describeEvent, type Happening } from '../event.ts'

/** Returns how long each toggle stayed at each exposure, in order. */
export function stays({ exposures, plan, to }: Report): readonly (readonly Text[])[] {
  return Object.entries(exposures).map(([toggle, points]) => {
    const parts = points.map(({ at, value }, nth) => {
      const until = points[nth + 1]?.at ?? to
      return `${formatExposure(value)} for ${formatDuration(Math.max(0, until - at))}`
    })
    const isStill = points.length === 1 && points[0]?.value === plan.toggles[toggle]?.default
    return [code(toggle), isStill ? 'never moved' : parts.join(', ')]
  })
}

const AGREED: ReadonlySet<string> = new Set(['approved', 'revoked', 'checked', 'unchecked'])

/** Approvals and ticked items, and what was taken back of them: who said yes to what, and why. */
export function agreements(all: readonly Happening[]): readonly Block[] {
  const rows = all.flatMap((each): readonly (readonly Text[])[] => {
    const { type, seq, at, actor, reason } = each.event
    return AGREED.has(type) ? [[`#${seq}`, formatInstant(at), describeEvent(each), actor, reason ?? '']] : []
  })
  return rows.length === 0 ? [] : [table(['', 'When', 'What', 'Who', 'Reason'], rows)]
}

/** Gates that somebody went through although they were closed. */
export function overrides(all: readonly Happening[]): readonly Block[] {
  const rows = all.flatMap(({ event }): readonly (readonly Text[])[] =>
    event.type === 'intended' && event.overrides !== undefined
      ? [[`#${event.seq}`, formatInstant(event.at), event.overrides.join(', '), event.actor, event.reason ?? '']]
      : [],
  )
  return rows.length === 0 ? [] : [table(['', 'When', 'Gates', 'Who', 'Reason'], rows)]
}

export function refusals(all: readonly Happening[]): readonly Block[] {
  const rows = all.flatMap(({ event }): readonly (readonly Text[])[] =>
    event.type === 'refused' ? [[`#${event.seq}`, formatInstant(event.at), code(event.target), event.error]] : [],
  )
  return rows.length === 0 ? [] : [table(['', 'When', 'Target', 'What it said'], rows)]
}
