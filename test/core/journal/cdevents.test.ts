import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { NOTICES } from '../../../src/core/values/notice-kind.ts'
import { cloudEventOf } from '../../../src/core/journal/cdevents.ts'
import { message, NASTY } from '../../helpers/inbox.ts'

/*
 * What the schemas of CDEvents 0.4 (github.com/cdevents/spec, schemas/) and of CloudEvents 1.0 (json-format.md) demand, in our own words:
 * each object is closed, and the content of each subject is that of its type.
 */
const text = { type: 'string', minLength: 1 }
const reference = { type: 'object', additionalProperties: false, required: ['id'], properties: { id: text, source: text } }
const closed = (properties: object, required: readonly string[]) => ({ type: 'object', additionalProperties: false, properties, required })
const CONTENT: Readonly<Record<string, object>> = {
  pipelineRun: closed({ pipelineName: { type: 'string' }, uri: text, outcome: { type: 'string' }, errors: { type: 'string' } }, []),
  environment: closed({ name: { type: 'string' }, uri: text }, []),
  incident: closed({ description: { type: 'string' }, environment: reference, service: reference, artifactId: text }, ['environment']),
  'rollout-run': { type: 'object' },
}
const STANDARD = /^dev\.cdevents\.(pipelinerun\.(started|finished)|environment\.modified|incident\.(detected|resolved))\.0\.2\.0$/
const CUSTOM = /^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$/
const schema = (type: string) =>
  closed(
    {
      specversion: { const: '1.0' },
      id: text,
      source: text,
      type: text,
      subject: text,
      time: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
      datacontenttype: { const: 'application/json' },
      data: closed(
        {
          context: closed({ version: { const: '0.4.1' }, id: text, source: text, type: text, timestamp: text }, [
            'version',
            'id',
            'source',
            'type',
            'timestamp',
          ]),
          subject: closed({ id: text, source: text, type: { const: type }, content: CONTENT[type] ?? false }, ['id', 'type', 'content']),
          customData: { type: 'object' },
          customDataContentType: { type: 'string' },
        },
        ['context', 'subject'],
      ),
    },
    ['specversion', 'id', 'source', 'type', 'data'],
  )
const ajv = new Ajv2020({ allErrors: true })

describe('a message as a CDEvent in a CloudEvents envelope', () => {
  it.each([...NOTICES, 'test' as const])('%s', (kind) => {
    const event = cloudEventOf(message({ kind, rollout: 'my shop', reason: NASTY }))
    const { type } = event.data.subject
    const valid = ajv.compile(schema(type))
    expect(valid(event), JSON.stringify(valid.errors)).toBe(true)
    expect(type === 'rollout-run' ? CUSTOM.test(event.type) : STANDARD.test(event.type), event.type).toBe(true)
    expect(event.source).toBe('/rollout/my%20shop')
    expect([event.id, event.type, event.time]).toEqual([event.data.context.id, event.data.context.type, event.data.context.timestamp])
  })

  it.each([
    ['started', 'dev.cdevents.pipelinerun.started.0.2.0', { pipelineName: 'shop' }],
    ['completed', 'dev.cdevents.pipelinerun.finished.0.2.0', { pipelineName: 'shop', outcome: 'success' }],
    ['advanced', 'dev.cdevents.environment.modified.0.2.0', { name: 'production' }],
    ['confirmed', 'dev.cdevents.environment.modified.0.2.0', { name: 'production' }],
    ['rolled-back', 'dev.cdevents.incident.detected.0.2.0', { environment: { id: 'production' }, service: { id: 'shop' } }],
    ['resumed', 'dev.cdevents.incident.resolved.0.2.0', { environment: { id: 'production' } }],
    ['paused', 'dev.cdeventsx.rollout-run.paused.0.1.0', {}],
    ['approval-needed', 'dev.cdeventsx.rollout-run.approvalneeded.0.1.0', {}],
  ] as const)('%s is %s', (kind, type, content) => {
    const event = cloudEventOf(message({ kind }))
    expect(event.type).toBe(type)
    expect(event.data.subject.content).toMatchObject(content)
  })

  it('what is over is what was detected', () => {
    const [detected, resolved] = [cloudEventOf(message()), cloudEventOf(message({ kind: 'resumed' }))]
    expect(detected.data.subject.id).toBe('rollout/shop@production/incident')
    expect(resolved.data.subject.id).toBe(detected.data.subject.id)
  })
})
