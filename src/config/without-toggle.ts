import { dirname, join } from 'node:path'
import { isMap, isPair, isScalar, isSeq, type Node } from 'yaml'
import type { Problem } from '../core/values/errors.ts'
import { readText } from './read-text.ts'
import { parse, type YamlSource } from './syntax.ts'

/** A file of the plan without the toggle; without a text it goes. */
export interface ChangedPlanFile {
  readonly path: string
  readonly before: string
  readonly after?: string
}

interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Returns the plan's files without a toggle: its entry, and its place in phases; a phase of nothing else goes. Everything else stays
 * as it is written, comments too. `problems` are other places that name it, and a plan of which nothing would be left.
 */
export function planWithoutToggle(
  file: string,
  toggle: string,
): { readonly files: readonly ChangedPlanFile[]; readonly problems: readonly Problem[] } {
  const folder = dirname(file)
  const plan = parse(readText(file, 'rollout.yaml'), 'rollout.yaml')
  const phases = plan.document.get('phases')
  const entries: readonly unknown[] = isSeq(phases) ? phases.items : []
  const included = entries.flatMap((entry) => {
    const path = isScalar(entry) && typeof entry.value === 'string' ? entry.value : undefined
    return path === undefined ? [] : [{ entry, path: join(folder, path), source: parse(readText(join(folder, path), path), path) }]
  })
  const emptied = new Set<unknown>(entries.filter((entry) => isMap(entry) && isAllOf(entry.get('toggles'), toggle)))
  for (const { entry, source } of included) if (isAllOf(source.document.get('toggles'), toggle)) emptied.add(entry)
  if (emptied.size > 0 && emptied.size === entries.length)
    return {
      files: [],
      problems: [
        { message: `the plan has no other phase than those of ${toggle}`, hint: 'delete the plan when nothing is left to roll out' },
      ],
    }
  const ranges = [
    ...itemRanges(plan, plan.document.get('toggles'), (item) => keyOf(item) === toggle),
    ...itemRanges(plan, phases, (item) => emptied.has(item)),
    ...entries.flatMap((entry) => (isMap(entry) && !emptied.has(entry) ? mentionRanges(plan, entry.get('toggles'), toggle) : [])),
  ]
  const files = [
    changed(file, plan, ranges),
    ...included.flatMap(({ entry, path, source }) => {
      if (emptied.has(entry)) return [{ path, before: source.text }]
      return changed(path, source, mentionRanges(source, source.document.get('toggles'), toggle))
    }),
  ].flat()
  return { files, problems: [] }
}

function changed(path: string, source: YamlSource, ranges: readonly Range[]): readonly ChangedPlanFile[] {
  if (ranges.length === 0) return []
  const bom = source.text.startsWith('\uFEFF') ? 1 : 0
  let after = source.text
  for (const { start, end } of ranges.toSorted((a, b) => b.start - a.start)) after = after.slice(0, start + bom) + after.slice(end + bom)
  return [{ path, before: source.text, after }]
}

function isAllOf(list: unknown, toggle: string): boolean {
  return isSeq(list) && list.items.length > 0 && list.items.every((item) => isScalar(item) && item.value === toggle)
}

function mentionRanges(source: YamlSource, list: unknown, toggle: string): readonly Range[] {
  return itemRanges(source, list, (item) => isScalar(item) && item.value === toggle)
}

function keyOf(item: unknown): unknown {
  return isPair(item) && isScalar(item.key) ? item.key.value : undefined
}

/** The ranges of those items of a map or a list: whole lines in block style, with a comma in flow style. */
function itemRanges(source: YamlSource, list: unknown, isWanted: (item: unknown) => boolean): readonly Range[] {
  if (!isMap(list) && !isSeq(list)) return []
  // Ranges count from behind a byte order mark.
  const text = source.text.replace(/^\uFEFF/, '')
  const items: readonly unknown[] = list.items
  const places = items.map(placeOf)
  return items.flatMap((item, nth): readonly Range[] => {
    const place = places[nth]
    if (!isWanted(item) || !place) return []
    if (list.flow === true)
      return [
        flowRange(
          place,
          places[nth - 1],
          places.slice(nth + 1).find((_, ahead) => !isWanted(items[nth + 1 + ahead])),
        ),
      ]
    const start = text.lastIndexOf('\n', place.start - 1) + 1
    const line = text.indexOf('\n', Math.max(place.start, place.end - 1))
    return [{ start, end: line === -1 ? text.length : line + 1 }]
  })
}

function flowRange(place: Range, before: Range | undefined, next: Range | undefined): Range {
  if (next) return { start: place.start, end: next.start }
  return { start: before ? before.end : place.start, end: place.end }
}

/** Where an item stands: from its key to the end of its value. */
function placeOf(item: unknown): Range | undefined {
  const [first, last] = isPair(item) ? [item.key, item.value ?? item.key] : [item, item]
  const [start, end] = [rangeOf(first)?.[0], rangeOf(last)?.[1]]
  return start === undefined || end === undefined ? undefined : { start, end }
}

function rangeOf(node: unknown): Node['range'] {
  return isNode(node) ? node.range : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}
