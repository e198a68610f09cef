import { clean } from '../clean.ts'
import { flat } from './flat.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that stays text in an element and in a quoted attribute alike, on one line. */
export function escapeHtml(text: string): string {
  return entities(flat(text))
}

/** Likewise a line of code, whose blanks are kept. */
export function escapeCode(line: string): string {
  return entities(clean(line))
}

function entities(text: string): string {
  return text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? found)
}
