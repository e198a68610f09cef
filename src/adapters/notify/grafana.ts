import { z } from 'zod'
import { access } from '../http/access.ts'
import { channel } from '../define.ts'
import { htmlEntities } from '../../core/values/html.ts'
import { httpUrl, post } from '../http/post.ts'

/** A Grafana annotation (`POST /api/annotations`): every event as a line in the graphs. Its text is read as HTML, so it is escaped. */
export default channel({
  options: z.strictObject({
    url: httpUrl.describe('Base URL of Grafana'),
    dashboard: z.string().min(1).optional().describe('UID of one dashboard; without it the annotation is for all, by its tags'),
    panel: z.int().min(1).optional().describe('Id of one panel of the dashboard'),
    tags: z.array(z.string().min(1)).default([]).describe('Further tags'),
    ...access,
  }),
  send: async ({ url, dashboard, panel, tags, ...given }, { at, kind, rollout, environment, title, text }, loan) => {
    const body = {
      time: at,
      tags: ['rollout', rollout, kind, ...(environment === undefined ? [] : [environment]), ...tags],
      text: `<b>${htmlEntities(title)}</b><br>${htmlEntities(text)}`,
      ...(dashboard !== undefined && { dashboardUID: dashboard }),
      ...(panel !== undefined && { panelId: panel }),
    }
    await post(`${url.replace(/\/+$/, '')}/api/annotations`, { body, access: given }, loan)
  },
})
