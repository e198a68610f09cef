import { RolloutError } from '../../core/values/errors.ts'
import { suggest } from '../../core/values/suggest.ts'
import { isDecodable, type Lent } from './chain.ts'

/** Where a database is, and how it is spoken of. */
export interface PostgresAddress {
  /** With everything that is needed to connect, the password too. */
  readonly connectionString: string
  /** For messages: without user and password. */
  readonly place: string
  /** Whether the login is to be bound to the certificate of the server. */
  readonly enableChannelBinding: boolean
}

/**
 * What may stand behind the question mark: what the driver knows, and what it may pass over without harm. It passes over every
 * other word as well, and a TLS that is misspelled is none.
 */
const OPTIONS = `host port user password options application_name fallback_application_name client_encoding ssl
  sslmode sslcert sslkey sslrootcert sslnegotiation uselibpqcompat channel_binding statement_timeout
  lock_timeout idle_in_transaction_session_timeout query_timeout target_session_attrs connect_timeout
  tcp_user_timeout keepalives keepalives_idle keepalives_interval keepalives_count
  gssencmode krbsrvname sslcompression sslsni load_balance_hosts`.split(/\s+/)

/** How other programs name a schema in an address. */
const SCHEMA = new Set(['schema', 'search_path', 'currentSchema'])

/**
 * Reads what libpq takes, `postgres://user:password@host:5432/database` or `postgres://user@/database?host=/run/postgresql`;
 * a password that is not in it is PGPASSWORD. Every `sslmode` that asks for TLS checks the certificate, but `no-verify`.
 * Throws `config`.
 */
export function parsePostgresAddress(url: string, { PGPASSWORD, PGHOST }: Lent['env']): PostgresAddress {
  checkSingle(url)
  // A user may stand before no host; only in an address of the web it may not.
  const written = url.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?#]|$)/, (login) => login + encodeURIComponent(PGHOST ?? 'localhost'))
  // It may hold a password: it is not shown.
  if (!URL.canParse(written) || !/^postgres(ql)?:$/.test(new URL(written).protocol) || !isDecodable(written) || isTorn(written))
    throw new RolloutError('config', {
      message: 'the address of the state is not one of PostgreSQL',
      hint: 'state: postgres://user@host:5432/database, and the password as ${NAME} in it or in PGPASSWORD',
    })
  const address = new URL(written)
  const options = address.searchParams
  checkKnown([...options.keys()])
  const host = options.get('host')
  const place = `postgres://${host === null ? address.host : encodeURIComponent(host)}${address.pathname}`
  // The setter leaves a percent sign as it is, and it would then be read as the beginning of another character.
  if (address.password === '') address.password = encodeURIComponent(PGPASSWORD ?? '')
  // The driver takes the three for the strictest, and warns at every start that it will not always.
  if (['prefer', 'require', 'verify-ca'].includes(options.get('sslmode') ?? '') && options.get('uselibpqcompat') !== 'true')
    options.set('sslmode', 'verify-full')
  const enableChannelBinding = ['prefer', 'require'].includes(options.get('channel_binding') ?? '')
  return { connectionString: address.href, place, enableChannelBinding }
}

/** Whether the login has a question mark or a hash that ended it too early: what follows is the rest of a password. */
function isTorn(url: string): boolean {
  const { search, hash } = new URL(url)
  return search.includes('@') || hash !== ''
}

/** Throws `config` for an option that would be passed over. */
function checkKnown(names: readonly string[]): void {
  const unknown = names.find((name) => !OPTIONS.includes(name))
  if (unknown === undefined) return
  const near = suggest(unknown, OPTIONS)
  const otherwise = near === undefined ? `known are ${OPTIONS.join(', ')}` : `did you mean ${near}?`
  throw new RolloutError('config', {
    message: `"${unknown}" in the address of the state is not known to PostgreSQL`,
    hint: SCHEMA.has(unknown) ? 'a schema is options=-csearch_path%3DNAME' : otherwise,
  })
}

/** Throws `config` for several hosts: the driver would take them for the name of one. */
function checkSingle(url: string): void {
  const [, hosts = '', query = ''] = /^\w+:\/\/(?:[^/?#]*@)?([^/?#]*)[^?#]*\??([^#]*)/.exec(url) ?? []
  const options = new URLSearchParams(query)
  const isSeveral = [hosts, options.get('host'), options.get('port')].some((each) => each?.includes(','))
  const attributes = options.get('target_session_attrs') ?? 'any'
  if (!isSeveral && attributes === 'any') return
  throw new RolloutError('config', {
    message: `the address of the state ${isSeveral ? 'names several hosts' : `asks for target_session_attrs=${attributes}`}, which it cannot`,
    hint: 'name the one that leads to the primary: a proxy, or a name of the service',
  })
}
