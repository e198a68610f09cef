import type { Gate } from '../core/policy/gates.ts'
import { formatDuration } from '../core/values/units.ts'

/** Returns when a closed gate may open, unless it says so itself. */
export function opensIn({ text, opensIn: left }: Pick<Gate, 'text' | 'opensIn'>): string {
  return left === undefined || text.includes(' at this traffic') ? '' : ` (about ${formatDuration(left)} more)`
}
