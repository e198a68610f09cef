/** What one kind of torture came to. */
export interface Report {
  readonly name: string
  /** What was counted, e.g. `kill points` → 74. */
  readonly counts: Readonly<Record<string, number>>
  /** Each with the seed or the point that shows it again. */
  readonly violations: readonly string[]
}

/** Runs work on every item, so many at once, and resolves to the results in the order of the items. */
export async function pooled<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, nth: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let nth = next++, item = items[nth]; item !== undefined; nth = next++, item = items[nth]) results[nth] = await work(item, nth)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** So many of a list, evenly spread, beginning at a place the seed chooses. Everything when there are no more. */
export function spread<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  if (count >= items.length) return items
  const width = items.length / count
  return items
    .filter((_, nth) => Math.floor((nth + (seed % items.length)) / width) !== Math.floor((nth - 1 + (seed % items.length)) / width))
    .slice(0, count)
}
