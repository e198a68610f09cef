/** Two shares, 0–1, between which a share lies. */
export type Interval = readonly [low: number, high: number]

/** 95 %, on both sides. */
const Z = 1.959963984540054

/** Returns where the share lies of which `hits` of `all` were seen, 95 % sure (Wilson 1927). */
export function wilson(hits: number, all: number): Interval {
  if (all === 0) return [0, 1]
  const share = hits / all
  const middle = share + Z ** 2 / (2 * all)
  const half = Z * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2))
  const scale = 1 + Z ** 2 / all
  // Rounding must not leave out the end that was seen.
  return [hits === 0 ? 0 : (middle - half) / scale, hits === all ? 1 : (middle + half) / scale]
}
