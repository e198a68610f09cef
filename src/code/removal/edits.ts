/** A range of a text, in UTF-16 code units; `end` is exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Tells whether a range lies in another. */
export function isWithin(inner: TextRange, outer: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

interface Edit extends TextRange {
  readonly text: string
}

/** The changes to one text. What lies within a range that goes, goes with it, whatever else was to become of it. */
export interface Edits {
  readonly remove: (start: number, end: number) => void
  readonly replace: (start: number, end: number, text: string) => void
  /** Whether nothing of a range stays as it was. */
  readonly isGone: (range: TextRange) => boolean
  readonly isEmpty: () => boolean
  readonly apply: () => string
  /** Returns where an offset of the old text is in the new one. */
  readonly after: (offset: number) => number
}

/** Opens the edits of a text. */
export function editsOf(text: string): Edits {
  const edits: Edit[] = []
  const outermost = (): readonly Edit[] => merged(edits).map((edit) => withBlank(text, edit))
  return {
    remove: (start, end) => void (end > start && edits.push({ start, end, text: '' })),
    replace: (start, end, by) => void edits.push({ start, end, text: by }),
    isGone: ({ start, end }) => outermost().some((each) => each.start <= start && end <= each.end),
    isEmpty: () => edits.length === 0,
    apply: () => {
      let [made, at] = ['', 0]
      for (const { start, end, text: by } of outermost()) {
        made += text.slice(at, start) + by
        at = end
      }
      return made + text.slice(at)
    },
    after: (offset) => {
      const before = outermost().filter(({ start, end }) => start < offset && end <= offset)
      const within = outermost().find(({ start, end }) => start < offset && offset < end)
      const shift = before.reduce((sum, { start, end, text: by }) => sum + by.length - (end - start), 0)
      return (within ? within.start : offset) + shift
    },
  }
}

/** Those that no other contains, in order; what only overlaps becomes one. */
function merged(edits: readonly Edit[]): readonly Edit[] {
  const made: Edit[] = []
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = made.at(-1)
    const goesOn = last?.end === edit.start && last.text === '' && edit.text === ''
    if (!last || (edit.start >= last.end && !goesOn)) made.push(edit)
    else if (edit.end > last.end) made[made.length - 1] = { start: last.start, end: edit.end, text: last.text + edit.text }
  }
  return made
}

/** Lines that go from between two blank ones, or from a beginning, take the second one with them. */
function withBlank(text: string, edit: Edit): Edit {
  const before = text.slice(Math.max(0, edit.start - REACH), edit.start)
  if (edit.text !== '' || !/(?:^|\n)$/.test(before) || text[edit.end - 1] !== '\n') return edit
  const isAfterBlank = edit.start === 0 || /(?:\n[ \t]*\r?\n|[{(>]\r?\n)$/.test(before)
  const blank = isAfterBlank ? /^(?:[ \t]*\r?\n)+/.exec(text.slice(edit.end, edit.end + REACH)) : null
  return blank ? { ...edit, end: edit.end + blank[0].length } : edit
}

/** As far as blank lines are looked for. */
const REACH = 200
