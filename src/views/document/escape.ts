import { flat } from './flat.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that stays text in an element and in a quoted attribute alike. */
export function escapeHtml(text: string): string {
  return flat(text).replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? found)
}
