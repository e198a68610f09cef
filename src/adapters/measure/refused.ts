import { plainLine } from '../plain.ts'

/** What a person reads of an answer. */
const MOST = 200

/**
 * Returns who answered with which status, and what was said with it: Cortex and Mimir say in plain text that no tenant was
 * named (`no org id`), and Thanos which of its stores is down. A page of HTML says nothing.
 */
export function describeRefusal(who: string, status: number, said: string): string {
  const text = said.trimStart().startsWith('<') ? '' : plainLine(said.slice(0, MOST))
  const tenant = /\bno org id\b|X-Scope-OrgID/i.test(text) ? '; headers: { X-Scope-OrgID: shop } names the tenant' : ''
  return `${who} answered ${status}${text === '' ? '' : `: ${text}`}${tenant}`
}
