/** What `state:` may be, for people. */
export const STORES = 'a folder, postgres://… or etcd://…'

/** The same as `storeKindOf`, as a pattern for editors. */
export const STORE =
  '^(?:postgres(?:ql)?|etcd(?:\\+https)?)://|' +
  '^(?![A-Za-z][A-Za-z0-9+.:-]*://)(?!(?:postgres(?:ql)?|etcd(?:\\+https)?):)' +
  '(?!(?:host|hostaddr|port|dbname|user|password|service)\\s*=)[\\s\\S]*\\S'

/** An address cut short, and the other form that libpq takes: as a folder it would be made, with the password in its name. */
const NO_FOLDER = /^(?:(?:postgres(?:ql)?|etcd(?:\+https)?):|(?:host|hostaddr|port|dbname|user|password|service)\s*=|\s*$)/

/** Returns the kind of store that `state:` names; undefined for an address of another kind than those there are. */
export function storeKindOf(state: string): 'folder' | 'postgres' | 'etcd' | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.:-]*):\/\//i.exec(state) ?? []
  if (scheme === undefined) return NO_FOLDER.test(state) ? undefined : 'folder'
  if (/^postgres(?:ql)?$/.test(scheme)) return 'postgres'
  return /^etcd(?:\+https)?$/.test(scheme) ? 'etcd' : undefined
}

/** Returns whether a host is this very machine by its name or address: what is sent there crosses no network. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^(?:\[::1\]|::1)$/.test(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}
