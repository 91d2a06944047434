import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import { asPerson } from './front-end.ts'
import type { Person } from './front-end.ts'

testDocument(
  {
    name: 'Seed 000, outbound calling',
    open: ['POST /api/auth/signup', 'POST /api/auth/login'],
    signedIn: ['POST /api/auth/logout', 'GET /api/profiles/:userId'],
    withoutInput: ['POST /api/auth/logout'],
  },
  async ({ visitor, url, notes, step, signUp }) => {
    const stranger = await signUp({ name: 'Bo Berg' })
    let ana: Person
    await step('authentication', async () => {
      const credentials = { email: 'ana@example.com', password: 'correct horse battery' }
      const made = await answered(
        201,
        visitor.post('/api/auth/signup', { ...credentials, metadata: { full_name: 'Ana Lima' } }),
      )
      assertShape(made, { message: aText, user: { id: anId }, session: { access_token: aText } })
      await refused(400, visitor.post('/api/auth/signup', { password: 'correct horse' }), 'body.email')
      const login = await answered(200, visitor.post('/api/auth/login', credentials))
      assertShape(login, { session: { user: { id: anId, email: credentials.email }, expires_at: aNumber } })
      await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong' }))
      ana = asPerson(url, notes, credentials, login)
    })
    await step('profiles', async () => {
      const profile = await answered(200, ana.get(`/api/profiles/${ana.id}`))
      assertShape(profile, { full_name: 'Ana Lima', created_at: anInstant })
      await refused(404, stranger.get(`/api/profiles/${ana.id}`))
      await refused(404, ana.get(`/api/profiles/${unknownId}`))
      await answered(200, ana.post('/api/auth/logout'))
    })
  },
)
