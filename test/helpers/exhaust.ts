/** Returns what a generator yielded, and what it came to. */
export function exhaust<Yielded, Returned>(
  all: Generator<Yielded, Returned, undefined>,
): { readonly yielded: readonly Yielded[]; readonly returned: Returned } {
  const yielded: Yielded[] = []
  for (;;) {
    const next = all.next()
    if (next.done === true) return { yielded, returned: next.value }
    yielded.push(next.value)
  }
}
