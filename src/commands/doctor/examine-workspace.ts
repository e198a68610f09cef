import type { Session } from '../../session/session.ts'
import { outlineAt } from '../../session/store.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** Variables by which a CI says that a job runs there: its workspace is gone with the job, or with the runner. */
const CI = ['GITHUB_ACTIONS', 'GITLAB_CI', 'CIRCLECI', 'BUILDKITE', 'TF_BUILD', 'JENKINS_URL', 'BITBUCKET_BUILD_NUMBER', 'CI']

/** Returns a warning where the journal is a folder in the workspace of a CI job: the next job begins without it. */
export function examineWorkspace({ env, place }: Session): readonly DoctorFinding[] {
  const runner = CI.find((name) => (env[name] ?? '') !== '' && env[name] !== 'false')
  if (runner === undefined || isElsewhere(outlineAt(place.file).state ?? env['ROLLOUT_STATE'])) return []
  return [
    {
      what: 'journal',
      level: 'warning',
      text: `it is a folder in the workspace of a CI job (${runner} is set): the next job may begin without it, and a rollback then does not know what to give back`,
      hint: 'ROLLOUT_STATE or state: names a store that outlives the job: postgres://…, etcd://…, or a folder that is kept',
    },
  ]
}

/** A server, or a folder that was chosen by its whole path or by a variable, is not of the workspace. */
function isElsewhere(state: string | undefined): boolean {
  return state !== undefined && (state.includes('://') || /^[/$]/.test(state))
}
