import { aText, answered, assertShape, refused } from './answers.ts'
import { authentication, people, profile, verification } from './chat/accounts.ts'
import { chats } from './chat/chats.ts'
import { files, messages, polls, reactions } from './chat/messages.ts'
import { live, videoCalls, waysIn } from './chat/live.ts'
import { administration } from './chat/administration.ts'
import { testContract } from './contract.ts'
import type { Person } from './front-end.ts'

testContract(
  {
    name: 'the chat front-end: chat and video',
    open: ['POST /api/auth/register', 'POST /api/auth/login', 'POST /api/auth/refresh'],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/auth/me',
      'GET /api/messages',
      'POST /api/messages/send',
      'DELETE /api/messages',
      'GET /api/messages/search',
      'POST /api/messages/reactions',
      'POST /api/messages/read',
      'GET /api/chats',
      'POST /api/chats',
      'GET /api/chats/:id',
      'PATCH /api/chats/:id',
      'GET /api/chats/:id/members',
      'POST /api/chats/:id/members',
      'DELETE /api/chats/:id/members/:userId',
      'POST /api/chats/:id/leave',
      'GET /api/users/profile',
      'PUT /api/users/profile',
      'POST /api/users/verify',
      'GET /api/users/search',
      'GET /api/users/blocks',
      'POST /api/users/blocks',
      'DELETE /api/users/blocks',
      'POST /api/realtime/tickets',
      'POST /api/video-calls/token',
      'POST /api/video-calls/end',
      'GET /api/video-calls',
      'POST /api/polls',
      'PUT /api/polls',
      'GET /api/admin/stats',
      'GET /api/admin/users',
      'POST /api/admin/users/:id/suspend',
      'POST /api/admin/users/:id/unsuspend',
      'POST /api/admin/users/:id/ban',
      'POST /api/admin/users/:id/verify',
      'GET /api/admin/reports',
      'PATCH /api/admin/reports/:id',
      'POST /api/reports',
      'POST /api/upload',
      'GET /api/uploads/:id/:filename',
    ],
    withoutInput: ['POST /api/auth/logout', 'POST /api/realtime/tickets', 'GET /api/auth/me', 'GET /api/users/profile'],
    sent: ['chat:join', 'chat:typing', 'chat:read', 'presence', 'call:join', 'call:signal', 'resume', 'ping'],
    received: [
      'chat:message',
      'chat:message:deleted',
      'chat:reaction',
      'chat:read',
      'chat:typing',
      'poll:update',
      'presence',
      'call:ring',
      'call:joined',
      'call:signal',
      'call:ended',
      'error',
      'resumed',
      'pong',
    ],
  },
  async (fixture) => {
    const { step } = fixture
    // Ana and Ben chat. Dora is not a member.
    const ben = await fixture.signUp({ name: 'Ben Okafor', username: 'ben' })
    const dora = await fixture.signUp({ name: 'Dora Dahl' })
    let ana!: Person
    let dm!: string
    await step('authentication', async () => {
      ana = await authentication(fixture)
    })
    await step('profile', () => profile(ana, ben))
    await step('verification of e-mail address and telephone', () => verification(fixture, ana))
    await step('finding and blocking people', () => people(ana, ben))
    await step('chats', async () => {
      dm = await chats(ana, ben, dora)
    })
    await step('messages', () => messages(ana, ben, dora, dm))
    await step('files', () => files(ana, ben, dora, dm))
    await step('reactions', () => reactions(ana, ben, dora, dm))
    await step('polls', () => polls(ana, ben, dora, dm))
    await step('live messages', () => live(ana, ben, dora, dm))
    await step('ways to open the live socket', () => waysIn(ana))
    await step('video calls', () => videoCalls(ana, ben, dora, dm))
    await step('administration', () => administration(fixture, ana, ben, dora))
    await step('logout', async () => {
      assertShape(await answered(200, ana.post('/api/auth/logout')), { success: true, message: aText })
      await refused(401, ana.get('/api/auth/me'))
    })
  },
)
