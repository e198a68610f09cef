import { z } from 'zod'
import { days, minutes, moment, name, zone } from './values.ts'

/** When steps up are allowed, and when not. */

export const window = z.strictObject({
  days: days.describe('On which it opens: Mon-Fri'),
  from: minutes.describe('Local time: "09:00"'),
  to: minutes.describe('Local time, exclusive; before from:, it goes on into the next day'),
  zone: z.string().min(1).describe('IANA name: Europe/Berlin'),
})

export const freeze = z
  .strictObject({
    name,
    from: moment.describe('A point in time with its offset, or a day'),
    to: moment.describe('A point in time, which is exclusive, or a day, which is included'),
    zone: zone.optional().describe('Of the days: Europe/Berlin'),
  })
  .superRefine(({ from, to, zone: given }, context) => {
    for (const [key, value] of Object.entries({ from, to })) {
      if (typeof value === 'number' || given !== undefined) continue
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `the day ${value} begins at another time in every zone`,
        params: { hint: 'add zone: Europe/Berlin, or write a point in time: 2026-12-24T00:00:00+01:00' },
      })
    }
  })
  // The same for editors, whose schema knows no code.
  .meta({ anyOf: [{ required: ['zone'] }, { properties: { from: { pattern: 'T' }, to: { pattern: 'T' } } }] })
