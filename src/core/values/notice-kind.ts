/**
 * What a channel can be told of. A `rolled-back` comes when it is decided and tried, `confirmed` when every target says
 * so.
 */
export const NOTICES = [
  'started',
  'replanned',
  'advanced',
  'approval-needed',
  'approved',
  'checked',
  'in-use',
  'drifted',
  'paused',
  'resumed',
  'stepped-back',
  'rolled-back',
  'refused',
  'confirmed',
  'completed',
  'closed',
  'stale',
] as const

export type NoticeKind = (typeof NOTICES)[number]

export type Audience = 'team' | 'on-call' | 'approvers' | 'stakeholders'

/** Who reads a channel, and what they are told of where `events:` does not say. */
export const AUDIENCES: { readonly [audience in Audience]: readonly NoticeKind[] } = {
  team: NOTICES,
  // What opens an alert, and everything that closes it again.
  'on-call': ['started', 'paused', 'resumed', 'stepped-back', 'rolled-back', 'refused', 'confirmed', 'completed', 'closed'],
  approvers: ['approval-needed'],
  stakeholders: ['started', 'advanced', 'rolled-back', 'completed', 'closed'],
}
