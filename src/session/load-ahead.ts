/**
 * Loads what a run has needed nothing of so far, and may need days from now: meanwhile somebody replaces the package that
 * it was started from, or removes it.
 */
export async function loadAhead(): Promise<void> {
  const [{ loadAdaptersAhead }] = await Promise.all([
    import('../adapters/load-ahead.ts'),
    import('../config/syntax.ts'),
    import('./signing.ts'),
    import('../views/json.ts'),
    import('./print-error.ts'),
  ])
  await loadAdaptersAhead()
}
