import { z } from 'zod'
import { Unreadable } from '../../core/values/reading.ts'
import { access, admit, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { instantAt, numberAt, parseDocument } from '../measure/document.ts'
import { request } from '../http/http.ts'

/** A number somewhere in a JSON document. */
export default metric({
  options: z.strictObject({
    url: z.url().describe('Where the document is'),
    path: z.string().min(1).describe('Path to the number, e.g. data.errors.rate or /data/errors/rate'),
    samples: z.string().min(1).optional().describe('Path to how many requests the number rests on'),
    timestamp: z.string().min(1).optional().describe('Path to when it was measured: seconds, milliseconds or ISO 8601'),
    method: z.enum(['GET', 'POST']).default('GET'),
    body: z.string().optional().describe('Request body of a POST'),
    ...access,
  }),
  read: async (given, loan) => {
    const { headers, tls } = admit(given.url, given, loan)
    const type = given.body === undefined ? {} : { 'content-type': 'application/json' }
    const { status, body } = await request(given.url, {
      method: given.method,
      accept: 'application/json',
      headers: { ...type, ...headers },
      ...(given.body !== undefined && { body: given.body }),
      tls,
      block: given.blockLinkLocal,
      signal: loan.signal,
      env: loan.env,
      deadline: loan.timeout ?? 10_000,
    })
    if (status !== 200) throw new Unreadable('unreachable', `the document answered ${status}`)
    const document = parseDocument(body)
    return {
      is: 'value',
      value: numberAt(document, given.path),
      ...(given.samples !== undefined && { samples: numberAt(document, given.samples) }),
      ...(given.timestamp !== undefined && { at: instantAt(document, given.timestamp) }),
    }
  },
  asks: serverOf,
})
