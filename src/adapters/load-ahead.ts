/** Loads what targets, metrics and channels load when first they need it. */
export async function loadAdaptersAhead(): Promise<void> {
  await Promise.all([
    import('execa'),
    import('./http/access.ts'),
    import('./http/cached.ts'),
    import('./http/http.ts'),
    import('./http/tunnel.ts'),
    import('./own.ts'),
  ])
}
