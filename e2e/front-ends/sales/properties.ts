import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { data, type Sales } from './fixture.ts'

/** Returns the id of an available property. */
export async function checkProperties({ url, owner }: Sales): Promise<string> {
  const villa = {
    name: 'Palm Villa',
    city: 'Dubai',
    price_range: 'AED 2-3M',
    price: 2_400_000,
    currency: 'AED',
    bedrooms: 4,
    type: 'villa',
    status: 'available',
    image_url: 'https://cdn.example.com/villa.jpg',
    description: 'By the sea',
    features: ['pool', 'garden'],
  }
  const made = await data(201, owner.post('/api/properties', { ...villa, id: unknownId }))
  assertShape(made, { ...villa, id: anId, created_at: anInstant, updated_at: anInstant })
  assert.notEqual(made.id, unknownId)
  const propertyId: string = made.id
  await refused(400, owner.post('/api/properties', { city: 'Dubai' }), 'body.name')
  await refused(400, owner.post('/api/properties', { ...villa, type: 'castle' }), 'body.type')
  await refused(400, owner.post('/api/properties', { ...villa, bedrooms: 'four' }), 'body.bedrooms')
  await refused(400, owner.post('/api/properties', { ...villa, features: 'pool' }), 'body.features')
  const flat = await data(
    201,
    owner.post('/api/properties', {
      name: 'Marina Flat',
      city: 'Abu Dhabi',
      type: 'apartment',
      status: 'reserved',
    }),
  )

  const found = async (query: string) =>
    (await data(200, owner.get(`/api/properties${query}`))).map(({ name }: { name: string }) => name)
  assert.deepEqual(await found(''), ['Marina Flat', 'Palm Villa'])
  assert.deepEqual(await found('?city=Dubai'), ['Palm Villa'])
  assert.deepEqual(await found('?status=reserved'), ['Marina Flat'])
  assert.deepEqual(await found('?type=villa&status=available'), ['Palm Villa'])
  assert.deepEqual(await found('?limit=1'), ['Marina Flat'])
  assert.deepEqual(await found('?q=sea'), ['Palm Villa'])
  const first = await owner.get('/api/properties?limit=1')
  const [, next] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
  assertShape(await data(200, owner.get(next!.replace(url, ''))), [{ id: propertyId }])
  await refused(400, owner.get('/api/properties?status=haunted'), 'query.status')
  await refused(400, owner.get('/api/properties?type=castle'), 'query.type')
  await refused(400, owner.get('/api/properties?limit=0'), 'query.limit')

  const path = `/api/properties/${propertyId}`
  assert.deepEqual(await data(200, owner.get(path)), made)
  await refused(404, owner.get(`/api/properties/${unknownId}`))
  await refused(404, owner.get('/api/properties/7'))
  assertShape(await data(200, owner.put(path, { bedrooms: 5 })), { ...villa, bedrooms: 5 })
  await refused(400, owner.put(path, { status: 'haunted' }), 'body.status')
  await refused(404, owner.put(`/api/properties/${unknownId}`, { bedrooms: 5 }))
  assert.deepEqual(await answered(200, owner.delete(`/api/properties/${flat.id}`)), { success: true })
  await refused(404, owner.delete(`/api/properties/${flat.id}`))
  return propertyId
}
