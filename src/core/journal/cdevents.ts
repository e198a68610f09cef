import type { NoticeKind } from '../values/notice-kind.ts'
import type { Message } from '../values/message.ts'

/** The version of the specification (cdevents.dev/docs, v0.4.1) and of the events used of it. */
const VERSION = '0.4.1'
const SCHEMA_OF_CUSTOM = '0.1.0'

/** A CloudEvents 1.0 envelope, as JSON (github.com/cloudevents/spec, json-format.md). */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: CdEvent
}

/** An event of the Continuous Delivery Foundation: its context, what it is about, and the message as it is. */
export interface CdEvent {
  readonly context: {
    readonly version: string
    readonly id: string
    readonly source: string
    readonly type: string
    readonly timestamp: string
  }
  readonly subject: {
    readonly id: string
    readonly source: string
    readonly type: string
    readonly content: { readonly [key: string]: unknown }
  }
  readonly customData: { readonly [key: string]: unknown }
  readonly customDataContentType: 'application/json'
}

/**
 * Returns a message as a CDEvent in a CloudEvents envelope. A rollout is a pipeline run; a move that has arrived
 * modifies an environment; a retreat that nobody asked for is an incident, which going on resolves. `service.*` is not
 * used: it needs the id of an artifact, and toggles have none. The rest are custom events, as the specification has
 * them for tools.
 */
export function cloudEventOf(message: Message): CloudEvent {
  const source = `/rollout/${encodeURIComponent(message.rollout)}`
  const timestamp = new Date(message.at).toISOString()
  const { type, subject, content } = aboutOf(message)
  const context = { version: VERSION, id: message.id, source, type, timestamp }
  const { id: _, at: _at, key: _key, ...customData } = message
  const data: CdEvent = {
    context,
    subject: { id: subject.id, source, type: subject.type, content },
    customData,
    customDataContentType: 'application/json',
  }
  const envelope = { specversion: '1.0', id: message.id, source, type, subject: subject.id, time: timestamp } as const
  return { ...envelope, datacontenttype: 'application/json', data }
}

interface About {
  readonly type: string
  readonly subject: { readonly id: string; readonly type: string }
  readonly content: { readonly [key: string]: unknown }
}

function aboutOf(message: Message): About {
  const { kind, rollout, environment = 'default', key, title, text } = message
  const run = { id: key, type: 'pipelineRun' }
  const place = { id: environment, type: 'environment' }
  const incident = { id: `${key}/incident`, type: 'incident' }
  switch (kind) {
    case 'started':
      return { type: 'dev.cdevents.pipelinerun.started.0.2.0', subject: run, content: { pipelineName: rollout } }
    case 'completed':
      return { type: 'dev.cdevents.pipelinerun.finished.0.2.0', subject: run, content: { pipelineName: rollout, outcome: 'success' } }
    case 'advanced':
    case 'confirmed':
      return { type: 'dev.cdevents.environment.modified.0.2.0', subject: place, content: { name: environment } }
    case 'rolled-back':
    case 'stepped-back':
    case 'refused': {
      const content = { description: `${title}: ${text}`, environment: { id: environment }, service: { id: rollout } }
      return { type: 'dev.cdevents.incident.detected.0.2.0', subject: incident, content }
    }
    case 'resumed': {
      const content = { description: `${title}: ${text}`, environment: { id: environment }, service: { id: rollout } }
      return { type: 'dev.cdevents.incident.resolved.0.2.0', subject: incident, content }
    }
    default:
      return {
        type: `dev.cdeventsx.rollout-run.${predicateOf(kind)}.${SCHEMA_OF_CUSTOM}`,
        subject: { id: key, type: 'rollout-run' },
        content: { name: rollout },
      }
  }
}

/** The pattern of the specification allows letters only. */
function predicateOf(kind: NoticeKind | 'test'): string {
  return kind.replaceAll('-', '')
}
