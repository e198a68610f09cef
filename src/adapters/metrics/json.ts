import { z } from 'zod'
import { Unreadable } from '../../core/values/reading.ts'
import { unknownPlaceholder } from '../../core/values/template.ts'
import type { Duration } from '../../core/values/units.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { parseDocument } from '../measure/document.ts'
import { contradictions, figures, measuredBy, reachOf, readFigures } from '../measure/figures.ts'
import { asksFrom, fillTimes, TIMES } from '../measure/times.ts'
import { ageOf } from '../http/age.ts'
import { askSource } from '../http/ask-source.ts'

const options = z
  .strictObject({
    url: z.url().describe('Where the document is; {{from}} and {{to}} are the time it is asked about'),
    method: z.enum(['GET', 'POST']).default('GET'),
    body: z.string().optional().describe('Request body of a POST, with {{from}} and {{to}} too'),
    ...figures,
    ...access,
  })
  .refine((given) => measuredBy(given) !== undefined, { message: 'needs either path or ratio' })

type Options = z.infer<typeof options>

/** A number, or counts, somewhere in a JSON document. */
export default metric({
  options,
  read: async (given, loan) => {
    const now = loan.clock.now()
    const fill = (text: string): string => fillTimes(text, now, lookBack(given))
    const form = given.body !== undefined && { headers: { 'content-type': 'application/json' }, body: fill(given.body) }
    const asked = { method: given.method, accept: 'application/json', ...form }
    const { status, body, headers } = await askSource(given, fill(given.url), asked, loan)
    if (status !== 200) throw new Unreadable('unreachable', `the document answered ${status}`)
    const age = ageOf(headers)
    return { ...(age > 0 && { at: now - age }), ...readFigures(parseDocument(body), given) }
  },
  measures: measuredBy,
  looksBack: lookBack,
  check: (given) => {
    const message = unknownPlaceholder(given.url, TIMES)
    return message === undefined ? contradictions(given) : [{ path: ['url'], message }, ...contradictions(given)]
  },
  asks: serverOf,
})

function lookBack(given: Options): Duration {
  return reachOf(given, asksFrom([given.url, given.body]))
}
