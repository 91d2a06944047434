import { z } from 'zod'
import { clampedPage } from '../../platform/http/fields.ts'

/** The query of a list with its filters. Without a `limit` the front-end expects a hundred. The operation checks the filters. */
export const listQuery = (...filters: string[]) =>
  clampedPage(100).extend(Object.fromEntries(filters.map((name) => [name, z.string().max(255).optional()])))
