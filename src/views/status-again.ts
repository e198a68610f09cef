import { fitLines } from './fit.ts'
import { linesOfStatus, renderStatus } from './status.ts'

const CLEARED = '\u001b[H\u001b[J'

/** Renders the page in the place of the one before, as far as the window of the terminal has room for it. */
export function renderStatusAgain(...page: Parameters<typeof linesOfStatus>): string {
  const [, , { size }] = page
  return CLEARED + (size ? fitLines(linesOfStatus(...page), size()) : renderStatus(...page))
}
