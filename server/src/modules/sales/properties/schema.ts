import { z } from 'zod'
import { clampedPage, clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { currency, longText, money, shortText, words } from '../schema.ts'

export const propertyTypes = ['villa', 'apartment', 'penthouse', 'townhouse'] as const
export const propertyStatuses = ['available', 'reserved', 'sold'] as const

const webAddress = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Must be an http(s) URL or a path on this server.')

export const Property = z
  .object({
    id: id.describe('Id of the property.'),
    name: z.string().describe('Name of the property.'),
    city: z.string().nullable().describe('City of the property.'),
    price: z.number().nullable().describe('Price in major units of the currency, such as 450000.'),
    currency: z.string().describe('Three-letter ISO 4217 code, such as `USD`.'),
    price_range: z.string().nullable().describe('Price range as text, such as `AED 2.2-2.6M`.'),
    bedrooms: z.int().nullable().describe('Number of bedrooms.'),
    type: z.enum(propertyTypes).nullable().describe('Type of property.'),
    status: z.enum(propertyStatuses).describe('Availability.'),
    image_url: z.string().nullable().describe('URL of an image.'),
    description: z.string().nullable().describe('Description for buyers.'),
    features: z.array(z.string()).describe('Features, such as `garden` or `lift`.'),
    created_at: instant.describe('When the property was created.'),
    updated_at: instant.describe('When the property was last changed.'),
  })
  .meta({ id: 'Property' })

const features = z.array(text(100)).max(100)
const bedrooms = z.int().min(0).max(1000)

export const NewProperty = z
  .object({
    name: text(255).describe('Name of the property.'),
    city: optional(shortText).describe('City of the property.'),
    price: optional(money).describe('Price in major units of the currency, such as 450000.'),
    currency: optional(currency).describe('Three-letter ISO 4217 code, such as `USD`.'),
    price_range: optional(shortText).describe('Price range as text, such as `AED 2.2-2.6M`.'),
    bedrooms: optional(bedrooms).describe('Number of bedrooms.'),
    type: optional(z.enum(propertyTypes)).describe('Type of property.'),
    status: optional(z.enum(propertyStatuses)).default('available').describe('Availability.'),
    image_url: optional(webAddress).describe('URL of an image.'),
    description: optional(longText).describe('Description for buyers.'),
    features: optional(features).default([]).describe('Features, such as `garden` or `lift`.'),
  })
  .meta({ id: 'NewProperty' })

export const PropertyChanges = z
  .object({
    name: optional(text(255)).describe('Name of the property.'),
    city: clearable(shortText).describe('City of the property. `null` clears it.'),
    price: clearable(money).describe('Price in major units of the currency, such as 450000. `null` clears it.'),
    currency: optional(currency).describe('Three-letter ISO 4217 code, such as `USD`.'),
    price_range: clearable(shortText).describe('Price range as text, such as `AED 2.2-2.6M`. `null` clears it.'),
    bedrooms: clearable(bedrooms).describe('Number of bedrooms. `null` clears it.'),
    type: clearable(z.enum(propertyTypes)).describe('Type of property. `null` clears it.'),
    status: optional(z.enum(propertyStatuses)).describe('Availability.'),
    image_url: clearable(webAddress).describe('URL of an image. `null` clears it.'),
    description: clearable(longText).describe('Description for buyers. `null` clears it.'),
    features: optional(features).describe('Features, such as `garden` or `lift`.'),
  })
  .meta({ id: 'PropertyChanges' })

export const PropertyQuery = clampedPage(100).extend({
  city: optional(shortText).describe('Only properties in this city.'),
  status: optional(z.enum(propertyStatuses)).describe('Only properties with this status.'),
  type: optional(z.enum(propertyTypes)).describe('Only properties of this type.'),
  q: optional(words).describe('Words to search for, in any order; the last one can be incomplete.'),
})

export type Property = z.output<typeof Property>
export type NewProperty = z.output<typeof NewProperty>
export type PropertyChanges = z.output<typeof PropertyChanges>
export type PropertyQuery = z.output<typeof PropertyQuery>
