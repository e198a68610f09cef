import type { Edits, TextRange } from './edits.ts'

/** Takes those of a list that are gone out of it with their commas. */
export function removeItems(items: readonly TextRange[], edits: Edits, text: string): void {
  const isGone = items.map((each) => edits.isGone(each))
  for (const [nth, item] of items.entries()) {
    if (!isGone[nth]) continue
    const next = items.slice(nth + 1).find((_, ahead) => !isGone[nth + 1 + ahead])
    const before = items.slice(0, nth).findLast((_, behind) => !isGone[behind])
    if (next) edits.remove(item.start, next.start)
    else if (before) edits.remove(before.end, item.end)
    else edits.remove(item.start, item.end + (/^\s*,/.exec(text.slice(item.end))?.[0].length ?? 0))
  }
}
