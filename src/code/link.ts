/** Where the repository is on the web: an address that lines hang on. */
export interface WebPlace {
  readonly kind: 'github' | 'gitlab'
  /** `https://github.com/owner/name`. */
  readonly base: string
}

/**
 * Returns the place on the web of a remote (`git@github.com:o/n.git`, `https://gitlab.example/g/s/n.git`, `ssh://…`);
 * undefined where it is not one of GitHub or GitLab, by its host's name. A password in the address is not kept.
 */
export function webPlaceOf(remote: string): WebPlace | undefined {
  const [, host = '', path = ''] =
    /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^:/]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(remote.trim()) ??
    /^(?:[^@/:]+@)?([\w.-]+):(?!\/)(.+?)(?:\.git)?\/?$/.exec(remote.trim()) ??
    []
  const kind = host.includes('github') ? 'github' : host.includes('gitlab') ? 'gitlab' : undefined
  return kind && { kind, base: `https://${host}/${path}` }
}

/** Returns the address of one line of a file at a commit. */
export function linkTo({ kind, base }: WebPlace, commit: string, file: string, line: number): string {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return `${base}${kind === 'gitlab' ? '/-' : ''}/blob/${commit}/${path}#L${line}`
}

/** Returns the address where a pushed branch is asked to be taken in. */
export function requestLink({ kind, base }: WebPlace, branch: string): string {
  const name = encodeURIComponent(branch)
  return kind === 'gitlab' ? `${base}/-/merge_requests/new?merge_request%5Bsource_branch%5D=${name}` : `${base}/compare/${name}?expand=1`
}
