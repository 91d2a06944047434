import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { currency, longText, money, shortText, words } from '../schema.ts'

export const propertyTypes = ['villa', 'apartment', 'penthouse', 'townhouse'] as const
export const propertyStatuses = ['available', 'reserved', 'sold'] as const

const webAddress = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

export const Property = z
  .object({
    id,
    name: z.string(),
    city: z.string().nullable(),
    price: z.number().nullable(),
    currency: z.string(),
    price_range: z.string().nullable(),
    bedrooms: z.int().nullable(),
    type: z.enum(propertyTypes).nullable(),
    status: z.enum(propertyStatuses),
    image_url: z.string().nullable(),
    description: z.string().nullable(),
    features: z.array(z.string()),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Property' })

const features = z.array(text(100)).max(100)
const bedrooms = z.int().min(0).max(1000)

export const NewProperty = z
  .object({
    name: text(255),
    city: optional(shortText),
    price: optional(money),
    currency: optional(currency),
    price_range: optional(shortText),
    bedrooms: optional(bedrooms),
    type: optional(z.enum(propertyTypes)),
    status: optional(z.enum(propertyStatuses)).default('available'),
    image_url: optional(webAddress),
    description: optional(longText),
    features: optional(features).default([]),
  })
  .meta({ id: 'NewProperty' })

export const PropertyChanges = z
  .object({
    name: optional(text(255)),
    city: clearable(shortText),
    price: clearable(money),
    currency: optional(currency),
    price_range: clearable(shortText),
    bedrooms: clearable(bedrooms),
    type: clearable(z.enum(propertyTypes)),
    status: optional(z.enum(propertyStatuses)),
    image_url: clearable(webAddress),
    description: clearable(longText),
    features: optional(features),
  })
  .meta({ id: 'PropertyChanges' })

export const PropertyQuery = page(100).extend({
  city: optional(shortText),
  status: optional(z.enum(propertyStatuses)),
  type: optional(z.enum(propertyTypes)),
  q: optional(words),
})

export type Property = z.output<typeof Property>
export type NewProperty = z.output<typeof NewProperty>
export type PropertyChanges = z.output<typeof PropertyChanges>
export type PropertyQuery = z.output<typeof PropertyQuery>
