import { binomial, type Chance } from './synthetic/chance.ts'
import type { Bin } from '../judge/bin.ts'
import type { Counted } from '../judge/counting.ts'

/** Returns what a share (0–1) of the users would have counted: each request is one of theirs by chance. */
export function thin(counted: Counted, share: number, chance: Chance): Counted {
  if (counted.is !== 'ratio' && counted.is !== 'quantile') return counted
  const { all } = counted.gained
  if (!all) return counted
  return { ...counted, gained: { all: counted.is === 'ratio' ? thinRatio(all, share, chance) : thinBuckets(all, share, chance) } }
}

function thinRatio({ bad = 0, total = 0 }: Bin['counts'], share: number, chance: Chance): Bin['counts'] {
  const failed = draw(bad, share, chance)
  return { bad: failed, total: failed + draw(total - bad, share, chance) }
}

/** Buckets are cumulative: what lies between two bounds is drawn, and added up again. */
function thinBuckets(buckets: Bin['counts'], share: number, chance: Chance): Bin['counts'] {
  const bounds = Object.keys(buckets).toSorted((a, b) => boundOf(a) - boundOf(b))
  const thinned: Record<string, number> = {}
  let [before, drawn] = [0, 0]
  for (const le of bounds) {
    const count = buckets[le] ?? 0
    drawn += draw(count - before, share, chance)
    before = count
    thinned[le] = drawn
  }
  return thinned
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le)
}

/** What a query extrapolates is no whole number. */
function draw(count: number, share: number, chance: Chance): number {
  return binomial(Math.round(Math.max(0, count)), share, chance)
}
