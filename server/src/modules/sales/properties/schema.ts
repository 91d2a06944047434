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
    id: id.describe('Id of the property.'),
    name: z.string().describe('Name of the property.'),
    city: z.string().nullable().describe('City it is in.'),
    price: z.number().nullable().describe('In major units of the currency, like 450000.'),
    currency: z.string().describe('Three-letter ISO 4217 code, like `USD`.'),
    price_range: z.string().nullable().describe('The price in words, when it is not one number.'),
    bedrooms: z.int().nullable().describe('How many bedrooms.'),
    type: z.enum(propertyTypes).nullable().describe('What kind of property.'),
    status: z.enum(propertyStatuses).describe('Whether it can still be had.'),
    image_url: z.string().nullable().describe('Address of a picture.'),
    description: z.string().nullable().describe('Text for buyers.'),
    features: z.array(z.string()).describe('What it has, like `garden` or `lift`.'),
    created_at: instant.describe('When the property was created.'),
    updated_at: instant.describe('When the property was last changed.'),
  })
  .meta({ id: 'Property' })

const features = z.array(text(100)).max(100)
const bedrooms = z.int().min(0).max(1000)

export const NewProperty = z
  .object({
    name: text(255).describe('Name of the property.'),
    city: optional(shortText).describe('City it is in.'),
    price: optional(money).describe('In major units of the currency, like 450000.'),
    currency: optional(currency).describe('Three-letter ISO 4217 code, like `USD`.'),
    price_range: optional(shortText).describe('The price in words, when it is not one number.'),
    bedrooms: optional(bedrooms).describe('How many bedrooms.'),
    type: optional(z.enum(propertyTypes)).describe('What kind of property.'),
    status: optional(z.enum(propertyStatuses)).default('available').describe('Whether it can still be had.'),
    image_url: optional(webAddress).describe('Address of a picture.'),
    description: optional(longText).describe('Text for buyers.'),
    features: optional(features).default([]).describe('What it has, like `garden` or `lift`.'),
  })
  .meta({ id: 'NewProperty' })

export const PropertyChanges = z
  .object({
    name: optional(text(255)).describe('Name of the property.'),
    city: clearable(shortText).describe('City it is in. `null` empties it.'),
    price: clearable(money).describe('In major units of the currency, like 450000. `null` empties it.'),
    currency: optional(currency).describe('Three-letter ISO 4217 code, like `USD`.'),
    price_range: clearable(shortText).describe('The price in words, when it is not one number. `null` empties it.'),
    bedrooms: clearable(bedrooms).describe('How many bedrooms. `null` empties it.'),
    type: clearable(z.enum(propertyTypes)).describe('What kind of property. `null` empties it.'),
    status: optional(z.enum(propertyStatuses)).describe('Whether it can still be had.'),
    image_url: clearable(webAddress).describe('Address of a picture. `null` empties it.'),
    description: clearable(longText).describe('Text for buyers. `null` empties it.'),
    features: optional(features).describe('What it has, like `garden` or `lift`.'),
  })
  .meta({ id: 'PropertyChanges' })

export const PropertyQuery = page(100).extend({
  city: optional(shortText).describe('Only properties in this city.'),
  status: optional(z.enum(propertyStatuses)).describe('Only properties in this state.'),
  type: optional(z.enum(propertyTypes)).describe('Only properties of this kind.'),
  q: optional(words).describe('Words to search for, in any order; the last one may be half typed.'),
})

export type Property = z.output<typeof Property>
export type NewProperty = z.output<typeof NewProperty>
export type PropertyChanges = z.output<typeof PropertyChanges>
export type PropertyQuery = z.output<typeof PropertyQuery>
