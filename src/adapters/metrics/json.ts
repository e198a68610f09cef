import { z } from 'zod'
import { Unreadable } from '../../core/values/reading.ts'
import { unknownPlaceholder } from '../../core/values/template.ts'
import type { Duration } from '../../core/values/units.ts'
import { access, admit, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { parseDocument } from '../measure/document.ts'
import { contradictions, figures, measuredBy, reachOf, readFigures } from '../measure/figures.ts'
import { asksFrom, fillTimes, TIMES } from '../measure/times.ts'
import { requestOnce } from '../http/once.ts'

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
    const { headers, tls } = admit(given.url, given, loan)
    const type = given.body === undefined ? {} : { 'content-type': 'application/json' }
    const { status, body } = await requestOnce(
      fill(given.url),
      {
        method: given.method,
        accept: 'application/json',
        headers: { ...type, ...headers },
        ...(given.body !== undefined && { body: fill(given.body) }),
        tls,
        block: given.blockLinkLocal,
        signal: loan.signal,
        env: loan.env,
        deadline: loan.timeout ?? 10_000,
      },
      loan.poll,
    )
    if (status !== 200) throw new Unreadable('unreachable', `the document answered ${status}`)
    return readFigures(parseDocument(body), given)
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
