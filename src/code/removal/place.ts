import type { LeftPlace } from './toggle-end.ts'

/** Returns the line and the column of an offset, from 1. */
export function placeAt(text: string, offset: number): Omit<LeftPlace, 'why'> {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
