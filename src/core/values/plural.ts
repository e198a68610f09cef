/** Formats a count with what is counted: `1 step`, `3 steps`. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
