import { htmlEntities } from '../../core/values/html.ts'
import { clean } from '../clean.ts'
import { flat } from './flat.ts'

/** Returns text that stays text in an element and in a quoted attribute alike, on one line. */
export function escapeHtml(text: string): string {
  return htmlEntities(flat(text))
}

/** Returns a line of code that stays text in an element, its blanks kept. */
export function escapeCode(line: string): string {
  return htmlEntities(clean(line))
}
