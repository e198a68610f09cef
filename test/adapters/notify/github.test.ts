import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/core/values/message.ts'
import github from '../../../src/adapters/notify/github.ts'
import { openInbox, send } from '../../helpers/inbox.ts'
import { checked, lend } from '../../helpers/loan.ts'

const SHA = 'a'.repeat(40)
const given = { repository: 'acme/shop', token: 'ghp_token' }

describe('github', () => {
  it.each<[Message['kind'], string, string]>([
    ['started', 'in_progress', 'pending'],
    ['advanced', 'in_progress', 'pending'],
    ['paused', 'pending', 'pending'],
    ['rolled-back', 'failure', 'failure'],
    ['completed', 'success', 'success'],
  ])('%s is %s of a deployment and %s of a commit', async (kind, deployment, commit) => {
    const inbox = await openInbox()
    inbox.answer = 201
    await send(github, { ...given, url: `${inbox.url}/api/v3`, deployment: '42', link: 'https://ci/job' }, { kind })
    await send(github, { ...given, url: inbox.url, sha: SHA }, { kind })
    expect(inbox.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v3/repos/acme/shop/deployments/42/statuses',
      `POST /repos/acme/shop/statuses/${SHA}`,
    ])
    // What docs.github.com/rest asks for.
    for (const { headers } of inbox.received)
      expect(headers).toMatchObject({
        accept: 'application/vnd.github+json',
        authorization: 'Bearer ghp_token',
        'x-github-api-version': '2022-11-28',
        'user-agent': 'rollout',
      })
    const description = 'shop@production rolled back: A 10% → 0%: errors 7.8% > 5% (94 of 1204)'
    expect(inbox.json()).toEqual([
      { state: deployment, description, environment: 'production', auto_inactive: false, log_url: 'https://ci/job' },
      { state: commit, description, context: 'rollout/shop' },
    ])
  })

  it('sets nothing for what is no state of a deployment', async () => {
    const inbox = await openInbox()
    for (const kind of ['approved', 'confirmed', 'replanned'] as const) await send(github, { ...given, url: inbox.url, sha: SHA }, { kind })
    expect(inbox.received).toEqual([])
  })

  it('cuts the description at the 140 characters of the API', async () => {
    const inbox = await openInbox()
    await send(github, { ...given, url: inbox.url, sha: SHA }, { text: 'x'.repeat(1_000_000) })
    expect(inbox.json<{ description: string }>()[0]?.description).toHaveLength(140)
  })

  it('a test looks and sets nothing', async () => {
    const inbox = await openInbox()
    const options = await checked(github, { ...given, url: inbox.url, deployment: '42' })
    expect(await github.probe?.(options, lend('/'))).toBe('acme/shop has deployments/42; nothing was set')
    expect(inbox.received.map(({ method, path, body }) => `${method} ${path}${body}`)).toEqual(['GET /repos/acme/shop/deployments/42'])
    Object.assign(inbox, { answer: 401, says: '{"message":"Bad credentials"}' })
    await expect(github.probe?.(options, lend('/'))).rejects.toThrow('answered 401: {"message":"Bad credentials"}')
  })

  it.each([
    [{ ...given }, 'needs either deployment or sha'],
    [{ ...given, sha: SHA, deployment: '1' }, 'needs either deployment or sha'],
    [{ ...given, sha: 'main' }, 'is the whole hash of a commit'],
    [{ ...given, repository: '../../x', sha: SHA }, 'write owner/name'],
  ])('refuses %j', async (options, error) => {
    await expect(checked(github, options)).rejects.toThrow(error)
  })
})
