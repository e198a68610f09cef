import type { Loan } from '../../core/ports.ts'
import { admit, type Access } from './access.ts'
import type { Request, Response } from './http.ts'
import { requestOnce } from './once.ts'

/** A source of metrics, and how it lets us in. */
export type Source = Access & { readonly url: string; readonly blockLinkLocal: boolean }

/** Resolves to what a source of metrics answers at `url`, which is its own or below it; asked once in a poll. Throws `Unreadable`. */
export async function askSource(
  source: Source,
  url: string,
  asked: Pick<Request, 'method' | 'accept' | 'headers' | 'body' | 'maxBytes'>,
  loan: Pick<Loan, 'folder' | 'signal' | 'env' | 'timeout' | 'poll'>,
): Promise<Response> {
  const { headers, tls } = admit(source.url, source, loan)
  const { signal, env, timeout = 10_000 } = loan
  const parts = { ...asked, headers: { ...asked.headers, ...headers }, tls, block: source.blockLinkLocal }
  return requestOnce(url, { ...parts, signal, env, deadline: timeout }, loan.poll)
}
