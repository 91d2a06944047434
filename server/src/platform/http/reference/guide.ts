import { errorCodes } from './error-codes.ts'

const fence = '```'

/** Signs up and signs in; sed extracts the token, so no other tool is needed. */
export const tokenExample = (url: string) => `API=${url}/api
ANA='{"email": "ana@example.com", "password": "correct horse battery"}'
TOKEN=$(for step in signup login; do curl -s $API/auth/$step -H 'Content-Type: application/json' -d "$ANA"; done |
  sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p' | tail -n 1)`

/** The guide to the whole API, as Markdown: `docs/how-the-api-works.md`, and the beginning of `/docs`. */
export const guide = (url: string) => `# How this API works

What holds for every operation. The operations themselves are in the [reference](api.md), and as OpenAPI 3.1 at \`/api/openapi.json\`. In TypeScript use the
[typed client](../client/README.md), which does most of what stands here by itself.

## Signing in

${fence}sh
${tokenExample(url)}
${fence}

This makes an account the first time and signs in after that. Send the token with every request: \`Authorization: Bearer $TOKEN\`. There are five ways to show who calls:

| | sent as | for |
|---|---|---|
| access token | \`Authorization: Bearer …\` | programs and apps. It lives for 24 hours; \`POST /api/auth/refresh\` with the \`refresh_token\` gives new ones. A refresh token is good once |
| cookie | \`sb_access\`, over https \`__Host-sb_access\` | pages in a browser: signing in sets it, and scripts cannot read it. Send requests with \`credentials: 'include'\` |
| API key | \`Authorization: Bearer sb_live_…\` or \`X-API-Key\` | programs of a workspace: \`POST /api/api-keys\`. It can do what its scopes allow, and nothing that is a user's own |
| visitor's token | \`Authorization: Bearer …\` | a visitor of a shop, without an account: from \`POST /api/public/shops/{shopId}/conversations\`, for that conversation only, 30 days |
| supabase-js | as above | the same accounts, see below |

When several are sent, the bearer wins. A password needs at least 6 characters (\`PASSWORD_MIN_LENGTH\`).

### supabase-js

\`createClient('${url}', 'any text')\` of supabase-js works for accounts: \`signUp\`, \`signInWithPassword\`, \`signInWithOAuth\`, \`getUser\`, \`updateUser\`, \`refreshSession\`, \`resetPasswordForEmail\`,
\`verifyOtp\` (recovery) and \`signOut\`. The key is ignored. Then call the API with \`session.access_token\`. Not supported: \`signInWithOtp\`, \`signInAnonymously\`, \`from()\`, \`rpc()\`, \`storage\`,
\`realtime\`, \`functions\`: use the operations of this API and the WebSocket in their place. Under Node 20 supabase-js needs the package \`ws\`.

## Workspaces

All data belongs to a workspace; a user can be a member of several. A request is about the user's *current* workspace, which is the one used last, unless it names another one: by the header \`X-Workspace-Id\`, or by the id in the
path (\`/api/shops/{shopId}/…\`, \`/api/workspaces/{workspaceId}/…\`). A shop is a workspace, and \`shopId\` is its id. An API key belongs to one workspace and ignores the header. What is in another workspace is answered with 404.

## Fields

JSON in UTF-8. The parts of the API grew from different front-ends and keep their spelling:

| part | names | a list | one thing |
|---|---|---|---|
| \`/api/shops/**\`, \`/api/public/shops/**\`, \`/api/notifications/**\` | camelCase | \`{ data, nextCursor }\` | bare |
| sales: \`/api/properties\`, \`prospects\`, \`conversations\`, \`appointments\`, \`handoffs\`, \`routing-rules\`, \`users\`, \`integrations\` | snake_case | \`{ data }\` and a \`Link\` header | \`{ data }\` |
| \`/api/contact-lists\`, \`greeting-files\`, \`sip-providers\`, \`transfer-numbers\` | snake_case | a bare array and a \`Link\` header | bare |
| \`/api/campaigns\` | snake_case | with \`?userId=\` a bare array, otherwise \`{ data }\` | bare; \`{ data }\` when it was made with \`name\` instead of \`title\` |
| everything else | snake_case | \`{ data, next_cursor }\` | bare |

Query parameters are spelled as the reference shows them.

- **Ids** are UUIDs. A text that is no id is answered with 404, like an id that is not there.
- **Times** are ISO 8601 in UTC with \`Z\`: \`2026-11-30T09:30:00.000Z\`. In requests any offset is taken. Only \`timestamp\` of a shop's message is in epoch milliseconds. Days are \`2026-11-30\`.
- **Money** is a number in major units with a \`currency\` of ISO 4217 beside it: \`19.99\`, \`"USD"\`. The server counts in minor units.
- **Telephone numbers** are taken in any spelling and returned in E.164: \`+12025550100\`. Without a country code they are read as numbers of the workspace's \`default_country\`.
- **Changing**: \`PATCH\` and \`PUT\` are the same: fields that are left out stay, \`null\` empties a field that can be empty. An empty text in an optional field counts as not given.
- **Unknown fields** and query parameters are ignored. Fields that the server sets (ids, counters, owners) are ignored in a body.
- **Secrets** (passwords of SIP providers, tokens of platforms) are never returned. Leaving one out of a change keeps it.

## Paging

Lists take \`limit\` (50 by default, at most 200) and \`cursor\`, newest first unless the list says otherwise. A cursor is opaque. Ask for the next page with the cursor of the last one, until it is null:

- \`next_cursor\`, or \`nextCursor\` in camelCase parts: null on the last page.
- Where the response has no cursor, the header \`Link: </api/prospects?cursor=…>; rel="next"\` is the next page; it is missing on the last one. Bare arrays bring up to 1,000 items.
- \`GET /api/calls\` also takes \`page\` and \`per_page\` and answers \`total\`.

\`listAll\` of the typed client does all of it.

## Sending again

A \`POST\` can carry an \`Idempotency-Key\` of your own, up to 255 characters. For 24 hours the same key with the same body gets the first response again (with \`Idempotency-Replayed: true\`) and nothing is done twice; a request that comes
while the first one is at work waits for it. With another body it is refused with 422. It counts for the same user, workspace and path, and not under \`/api/auth/\` and \`/api/api-keys\`, whose answers are never stored.
Chat messages have a \`client_id\` for the same purpose.

## Limits

Every response says what is left: \`RateLimit: "default";r=1199;t=42\` (1,199 more requests in the next 42 seconds) and \`RateLimit-Policy: "default";q=1200;w=60\`. Too many are answered with 429 and \`Retry-After\` in seconds. As installed:

| | a minute | setting |
|---|---|---|
| one credential | 1,200 | \`RATE_LIMIT_PER_MINUTE\`; three times as many for a user |
| one workspace | 12,000 | \`RATE_LIMIT_WORKSPACE_PER_MINUTE\` |
| reading without a login, from one address | 1,200 | \`RATE_LIMIT_PUBLIC_READS_PER_MINUTE\` |
| changing without a login, from one address; one visitor | 60 | \`RATE_LIMIT_PUBLIC_PER_MINUTE\` |

Signing in fails at most 5 times in 15 minutes for an account and address, and an address makes at most 20 accounts an hour (\`SIGN_UPS_PER_HOUR\`). JSON bodies may have 1 MiB, without a login 16 KiB, files 50 MB.

## Files

Uploads are \`multipart/form-data\` with the file in the field \`file\`: \`curl -F file=@greeting.wav\`. The type is recognised from the content. Addresses of files in answers (\`url\`, \`recording_url\`, \`imageUrl\`) need the same login as
everything else and return the bytes, ranges included; \`POST /api/files/{id}/signed-url\` makes one that opens without a login for 15 minutes.

## The WebSocket

Events are sent at \`/ws\` as they happen: \`new WebSocket('${url.replace(/^http/, 'ws')}/ws', ['bearer', token])\`. Events, commands, resuming and close codes are in [sockets.md](sockets.md).

## From a browser

Pages of other origins may call the server when \`CORS_ORIGINS\` names them; on a development server every \`localhost\` may. For the cookie both must be the same *site*: a page at \`http://localhost:5173\` with a server at
\`http://127.0.0.1:3001\` loses it. Use \`http://localhost:3001\` for both, or send the token as a bearer. A request that changes something by cookie needs an \`Origin\` of the server itself or of \`CORS_ORIGINS\`; browsers send it.

Pages of any site may call \`/api/public/**\`, and open \`/ws\` with a visitor's token, without cookies: \`Access-Control-Allow-Origin: *\`. They may send \`Authorization\` (the visitor's token), \`Content-Type\` and \`Idempotency-Key\`.

## Errors

${fence}json
{
  "error": "The e-mail address is not complete.",
  "code": "invalid_input",
  "request_id": "0199b0a0-0000-7000-8000-000000000002",
  "details": [{ "path": "body.email", "message": "The e-mail address is not complete." }]
}
${fence}

\`error\` is a sentence to show, \`code\` is for programs and stays, \`details\` names fields. \`request_id\` is also in \`X-Request-Id\` and in the server's log. 429 and 503 bring \`Retry-After\`. Something that is not yours looks
like something that is not there.

| code | status | |
|---|---|---|
${errorCodes.map(([code, status, meaning]) => `| \`${code}\` | ${status} | ${meaning} |`).join('\n')}
`
