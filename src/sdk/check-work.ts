/** Throws where the work is no function, before anything is counted: its result cannot be made up. */
export function checkWork(work: unknown): void {
  if (typeof work !== 'function') throw new TypeError(`measure: the work is no function but ${work === null ? 'null' : typeof work}`)
}
