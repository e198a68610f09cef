/** What `state:` may be, for people. */
export const STORES = 'a folder, postgres://… or etcd://…'

/** The same as `storeKindOf`, as a pattern for editors. */
export const STORE =
  '^(?:postgres(?:ql)?|etcd(?:\\+https)?)://|^(?![A-Za-z][A-Za-z0-9+.-]*://)(?!(?:postgres(?:ql)?|etcd(?:\\+https)?):)[\\s\\S]*\\S'

/** What kind of store `state:` names; undefined for an address of another kind than those there are. */
export function storeKindOf(state: string): 'folder' | 'postgres' | 'etcd' | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(state) ?? []
  if (scheme === undefined) return /^(?:postgres(?:ql)?|etcd(?:\+https)?):/.test(state) || state.trim() === '' ? undefined : 'folder'
  if (/^postgres(?:ql)?$/.test(scheme)) return 'postgres'
  return /^etcd(?:\+https)?$/.test(scheme) ? 'etcd' : undefined
}
