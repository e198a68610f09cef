/** Throws where the work is no function, before anything is counted: its result cannot be made up. */
export function checkWork(work: unknown): void {
  if (typeof work !== 'function') throw new TypeError(`measure: the work is no function but ${kindOf(work)}`)
}

/** Throws where one of both ways is no function, or what compares them is none, before either is run. */
export function checkWays(ways: unknown): void {
  if (typeof ways !== 'object' || ways === null) throw new TypeError(`compare: { old, new } are needed, and are ${kindOf(ways)}`)
  const { old, new: now, same }: { readonly old?: unknown; readonly new?: unknown; readonly same?: unknown } = ways
  for (const [name, way] of Object.entries({ old, new: now }))
    if (typeof way !== 'function') throw new TypeError(`compare: ${name} is no function but ${kindOf(way)}`)
  if (same !== undefined && typeof same !== 'function') throw new TypeError(`compare: same is no function but ${kindOf(same)}`)
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}
