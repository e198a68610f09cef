import { RolloutError } from '../../core/values/errors.ts'
import { isDecodable, type Lent } from './chain.ts'

/** Where a database is, and how it is spoken of. */
export interface PostgresAddress {
  /** With everything that is needed to connect, the password too. */
  readonly connectionString: string
  /** For messages: without user and password. */
  readonly place: string
}

/** Reads what libpq takes, `postgres://user:password@host:5432/database`; a password that is not in it is PGPASSWORD. Throws `config`. */
export function parsePostgresAddress(url: string, { PGPASSWORD }: Lent['env']): PostgresAddress {
  checkSingle(url)
  // It may hold a password: it is not shown.
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol) || !isDecodable(url))
    throw new RolloutError('config', {
      message: 'the address of the state is not one of PostgreSQL',
      hint: 'state: postgres://user@host:5432/database, and the password as ${NAME} in it or in PGPASSWORD',
    })
  const address = new URL(url)
  const place = `postgres://${address.host}${address.pathname}`
  // The setter leaves a percent sign as it is, and it would then be read as the beginning of another character.
  if (address.password === '' && PGPASSWORD !== undefined) address.password = encodeURIComponent(PGPASSWORD)
  return { connectionString: address.href, place }
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
