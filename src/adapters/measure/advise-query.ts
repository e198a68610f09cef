/**
 * Returns PromQL with `or vector(0)` behind a numerator that is empty while there is nothing bad to count, and makes the
 * whole query empty with it; undefined when there is no such division. Reads the text only as far as strings and
 * brackets; a filter the denominator does not have is what makes a numerator suspicious.
 */
export function adviseQuery(query: string): string | undefined {
  const bare = withoutStrings(query)
  for (const { index: slash } of bare.matchAll(/\//g)) {
    const { start, end } = operands(bare, slash)
    const [above, below] = [query.slice(start, slash).trim(), query.slice(slash + 1, end)]
    if (!/[a-z]/i.test(above) || /\bvector\s*\(/.test(above) || !isNarrower(above, below)) continue
    const before = query.slice(0, start) + /^\s*/.exec(query.slice(start, slash))?.[0]
    return `${before}(${above} or vector(0)) ${query.slice(slash)}`
  }
  return undefined
}

/** Returns a query of the same length with everything in quotes blanked: a path in a label holds slashes too. */
export function withoutStrings(query: string): string {
  return query.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs, (text) => ' '.repeat(text.length))
}

/** How far the two sides of an operator reach: to the bracket or comma around them, or to the operator before. */
function operands(bare: string, slash: number): { readonly start: number; readonly end: number } {
  const reach = (step: 1 | -1, stop: RegExp): number => {
    let depth = 0
    for (let at = slash + step; at >= 0 && at < bare.length; at += step) {
      const char = bare[at] ?? ''
      const isOuter = step === 1 ? /[)\]}]/.test(char) : /[([{]/.test(char)
      if (depth === 0 && (isOuter || stop.test(char))) return at
      if (/[()[\]{}]/.test(char)) depth += isOuter ? -1 : 1
    }
    return step === 1 ? bare.length : -1
  }
  return { start: reach(-1, /[,+*/<>=-]/) + 1, end: reach(1, /,/) }
}

/** Whether it selects by a label that the other side does not select by, or counts something named after failure. */
function isNarrower(above: string, below: string): boolean {
  const [some, all] = [matchersOf(above), new Set(matchersOf(below))]
  return some.some((matcher) => !all.has(matcher)) || (/err|fail|5xx|bad/i.test(above) && !/err|fail|5xx|bad/i.test(below))
}

function matchersOf(query: string): readonly string[] {
  return [...query.matchAll(/([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g)].map(
    ([, label, op, value]) => `${label}${op}${value}`,
  )
}
