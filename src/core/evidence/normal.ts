import { defined } from '../values/defined.ts'
import type { Duration } from '../values/units.ts'
import { ln } from './elementary.ts'
import { NO_REQUESTS, plus, type Group } from './likelihood.ts'
import { makesMinute } from './minute.ts'

/** What the toggle-off group of one stream normally does, and what it did lately. */
export interface Normal {
  /** Exponentially weighted sums (.98 a minute) of the calm minutes before the recent ones. */
  readonly total: number
  readonly bad: number
  /** The last minutes, newest first. */
  readonly recent: readonly Minute[]
  /** How long the newest of them has lasted, while it is not over. */
  readonly open?: Duration
  /** It is failing, or did until a moment ago: against what it is then held. */
  readonly failing?: Failing
}

interface Minute extends Group {
  /** Something was wrong: it says nothing of what is normal. */
  readonly isHurt?: true
}

/** How often requests are bad now, and how often they normally are; 0–1. */
export interface Failing {
  readonly rate: number
  readonly normal: number
}

export const UNKNOWN: Normal = { total: 0, bad: 0, recent: [] }

const MEMORY = 0.98
/** Minutes that are looked at together, and as many of them as are kept. */
const WINDOWS = [1, 2, 3, 5]
const KEPT = 5
const TIMES = 3
const POINTS = 0.01
/** Signed root of the deviance: as rare as so many σ, of few requests as of many. */
const DEVIATIONS = 3.7

/**
 * Returns how the toggle-off group is failing by itself, over the last minute or the last few, against whatever was
 * before them; undefined where it is not. It is when it is above its limit by more than chance (a Poisson deviance
 * residual of 3.7, Pierce & Schafer 1986): three times its normal rate, and at least one percentage point more. The rate
 * of few requests is smoothed, (x + ½) / (n + 1) by Krichevsky & Trofimov 1981: none of a hundred is not never. Requests that fail `together` count once.
 * Once it fails, it does for as long as a minute is above the limit.
 */
export function failingOf(before: Normal, off: Group, together: number): Failing | undefined {
  const minutes = recentWith(before, off)
  const { failing } = before
  if (failing) {
    const [{ total, bad }] = minutes
    return bad > total * limitOf(failing.normal) ? { rate: bad / total, normal: failing.normal } : undefined
  }
  for (const length of WINDOWS) {
    const { total, bad } = minutes.slice(0, length).reduce(plus, NO_REQUESTS)
    const usual = usualOf({ ...before, recent: minutes.slice(length) })
    const normal = (usual.bad + 0.5) / (usual.total + 1)
    const most = (total / together) * limitOf(normal)
    if (isBeyondChance(bad / together, most)) return { rate: bad / total, normal }
  }
  return undefined
}

/** Whether a count is above its mean by more than chance: 2(k ln(k/μ) − (k − μ)) is the square of the residual. */
function isBeyondChance(count: number, mean: number): boolean {
  return count > mean && 2 * (count * ln(count / mean) - (count - mean)) > DEVIATIONS ** 2
}

function limitOf(normal: number): number {
  return Math.max(TIMES * normal, normal + POINTS)
}

/** Returns all calm requests that are remembered. */
export function usualOf({ total, bad, recent }: Normal): Group {
  return recent.reduce<Group>((sum, each) => (each.isHurt ? sum : plus(sum, each)), { total, bad })
}

/**
 * Returns the normal after one more poll, which lasted so long. Where something is wrong, in this stream (`failing`) or
 * in another (`isHurt`), nothing is learned of it; and the minutes just before it began may not have been calm.
 */
export function remember(before: Normal, off: Group, lasted: Duration, isHurt: boolean, failing?: Failing): Normal {
  const all = recentWith(before, off)
  const begins = failing !== undefined && before.failing === undefined
  const minutes = all.map((minute, nth) => (begins || (isHurt && nth === 0) ? { ...minute, isHurt: true as const } : minute))
  const gathered = (before.open ?? 0) + lasted
  const [leaving] = minutes.slice(KEPT)
  const learned = leaving && !leaving.isHurt
  return defined({
    total: learned ? before.total * MEMORY + leaving.total : before.total,
    bad: learned ? before.bad * MEMORY + leaving.bad : before.bad,
    recent: minutes.slice(0, KEPT),
    open: makesMinute(gathered, lasted) ? undefined : gathered,
    failing: isHurt ? (failing ?? before.failing) : undefined,
  })
}

/** The minutes with one more poll; one of them may be too old now. */
function recentWith({ recent, open }: Normal, off: Group): readonly [Minute, ...Minute[]] {
  const [newest, ...rest] = recent
  return open !== undefined && newest ? [{ ...newest, ...plus(newest, off) }, ...rest] : [off, ...recent]
}
