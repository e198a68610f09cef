import { z } from 'zod'
import type { NoticeKind } from '../../core/values/notice-kind.ts'
import type { Message } from '../../core/values/message.ts'
import type { Loan } from '../../core/ports.ts'
import { channel } from '../define.ts'
import { cut } from '../plain.ts'
import { post, secretUrl } from '../http/post.ts'

const options = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'write owner/name')
      .describe('owner/name'),
    token: z.string().min(1).describe('Token that may write statuses (or deployments): ${GITHUB_TOKEN}'),
    deployment: z.string().regex(/^\d+$/, 'is the number of a deployment').optional().describe('Its status is set: ${DEPLOYMENT_ID}'),
    sha: z
      .string()
      .regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/, 'is the whole hash of a commit')
      .optional()
      .describe('Its status is set: ${GITHUB_SHA}'),
    context: z.string().min(1).max(200).optional().describe('Name of the commit status (rollout/NAME)'),
    link: secretUrl.optional().describe('Where the status leads, e.g. the CI job'),
    url: secretUrl.default('https://api.github.com').describe('Another server: https://HOST/api/v3'),
  })
  .refine(({ deployment, sha }) => (deployment === undefined) !== (sha === undefined), { message: 'needs either deployment or sha' })

type Options = z.infer<typeof options>

/** The state of a deployment on GitHub at each event; the others change nothing there. */
const DEPLOYMENT: { readonly [kind in NoticeKind]?: string } = {
  started: 'in_progress',
  advanced: 'in_progress',
  resumed: 'in_progress',
  'approval-needed': 'pending',
  paused: 'pending',
  'stepped-back': 'failure',
  'rolled-back': 'failure',
  completed: 'success',
}
const COMMIT: { readonly [state: string]: string } = { in_progress: 'pending', pending: 'pending', failure: 'failure', success: 'success' }

/**
 * Deployment statuses and commit statuses (docs.github.com/rest/deployments/statuses, docs.github.com/rest/commits/statuses). The state of
 * a commit status is the newest one of its context, so setting it again changes nothing.
 */
export default channel({
  options,
  send: async (given, message, loan) => {
    const state = message.kind === 'test' ? undefined : DEPLOYMENT[message.kind]
    if (state === undefined) return
    const { path, body } =
      given.deployment === undefined ? commit(given, message, state) : deployment(given, given.deployment, message, state)
    await call(given, path, body, loan)
  },
  probe: async (given, loan) => {
    const path = given.deployment === undefined ? `commits/${given.sha}` : `deployments/${given.deployment}`
    await call(given, path, undefined, loan)
    return `${given.repository} has ${path}; nothing was set`
  },
})

function deployment({ link }: Options, id: string, { title, text, environment }: Message, state: string) {
  const body = {
    state,
    description: cut(`${title}: ${text}`, 140),
    auto_inactive: false,
    ...(environment !== undefined && { environment }),
    ...(link !== undefined && { log_url: link }),
  }
  return { path: `deployments/${id}/statuses`, body }
}

function commit({ sha, context, link }: Options, { title, text, rollout }: Message, state: string) {
  const body = {
    state: COMMIT[state],
    context: context ?? `rollout/${rollout}`,
    description: cut(`${title}: ${text}`, 140),
    ...(link !== undefined && { target_url: link }),
  }
  return { path: `statuses/${sha}`, body }
}

async function call({ url, repository, token }: Options, path: string, body: unknown, loan: Loan): Promise<void> {
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
  const method = body === undefined ? 'GET' : 'POST'
  await post(`${url.replace(/\/+$/, '')}/repos/${repository}/${path}`, { method, body, headers, access: { bearer: token } }, loan)
}
