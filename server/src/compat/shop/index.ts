import type { FrontEnd } from '../front-end.ts'
import { catalogueRequests } from './catalogue.ts'
import { shopFrames } from './frames.ts'
import { inboxRequests } from './inbox.ts'
import { salesRequests } from './sales.ts'
import { shopRequests } from './shops.ts'

/** The front-end of seed 003: a shop that sells in social networks. */
export const shopFrontEnd: FrontEnd = {
  name: 'shop',
  title: 'Shop',
  passes: [
    'register',
    'login',
    'logout',
    'getMe',
    'refresh',
    'ensureProfile',
    'listColleagues',
    'findColleague',
    'updateOwnUser',
    'signInWithGoogle',
    'signInWithFacebook',
    'deleteShop',
    'deleteProduct',
    'connectIntegration',
    'disconnectIntegration',
    'createPaymentIntent',
    'confirmPayment',
    'getVapidPublicKey',
    'subscribePush',
    'unsubscribePush',
  ],
  adapted: { ...shopRequests, ...catalogueRequests, ...inboxRequests, ...salesRequests },
  frames: shopFrames,
}
