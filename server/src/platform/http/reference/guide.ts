import { errorCodes } from './error-codes.ts'

const fence = '```'

/** Signs up and signs in; sed extracts the token, so no other tool is needed. */
export const tokenExample = (url: string) => `API=${url}/api
ANA='{"email": "ana@example.com", "password": "correct horse battery"}'
TOKEN=$(for step in signup login; do curl -s $API/auth/$step -H 'Content-Type: application/json' -d "$ANA"; done |
  sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p' | tail -n 1)`

/** Returns the guide to the API as Markdown: `docs/how-the-api-works.md`, and the first part of `/docs`. */
export const guide = (url: string) => `# How this API works

This page describes the rules that all operations share. The operations are listed in the [reference](api.md), and as OpenAPI 3.1 at \`/api/openapi.json\`. In TypeScript, use the
[typed client](../client/README.md), which handles most of this for you.

## Authentication

${fence}sh
${tokenExample(url)}
${fence}

The first run creates an account; later runs sign in to it. Send the token with every request: \`Authorization: Bearer $TOKEN\`. There are five ways to authenticate:

| | sent as | for |
|---|---|---|
| access token | \`Authorization: Bearer …\` | programs and apps. It is valid for 24 hours; \`POST /api/auth/refresh\` with the \`refresh_token\` returns a new pair. A refresh token can be used once |
| cookie | \`sb_access\`, over https \`__Host-sb_access\` | pages in a browser. Signing in sets it, and scripts cannot read it. Send requests with \`credentials: 'include'\` |
| API key | \`Authorization: Bearer sb_live_…\` or \`X-API-Key\` | programs of a workspace. Create it with \`POST /api/api-keys\`. Its scopes limit what it can do; it cannot call operations that require a user |
| visitor's token | \`Authorization: Bearer …\` | a visitor of a shop, without an account. \`POST /api/public/shops/{shopId}/conversations\` returns it. It is valid for that conversation only, for 30 days |
| supabase-js | as above | the same accounts; see below |

If a request has several credentials, the bearer token takes precedence. A bearer that is no token counts as absent: none, \`undefined\`, \`null\`, and at the paths of supabase-js the key of its project (\`apikey\`). A bearer that is a user's id is not a credential: it is accepted beside the cookie of that user only. A password needs at least 6 characters (\`PASSWORD_MIN_LENGTH\`).

### supabase-js

\`createClient('${url}', 'any text')\` of supabase-js works for accounts: \`signUp\`, \`signInWithPassword\`, \`signInWithOAuth\`, \`getUser\`, \`updateUser\`, \`refreshSession\`, \`resetPasswordForEmail\`,
\`signInWithOtp\` (e-mail), \`verifyOtp\`, \`resend\`, \`reauthenticate\` and \`signOut\`. \`updateUser\` changes the password without the old one in a session of at most 15 minutes, or with a \`nonce\`; it mails a link to a new address, and in an older session also one to the present address. Signing in sets the access cookie too, for pages of the same origin. The key is ignored. Then call the API with \`session.access_token\`. Not supported: \`signInAnonymously\`, \`from()\`, \`rpc()\`, \`storage\`,
\`realtime\`, \`functions\`. Use the operations of this API and the WebSocket instead. On Node 20, supabase-js needs the package \`ws\`.

## Workspaces

All data belongs to a workspace; a user can be a member of several. A request applies to the user's *current* workspace, the one used last, unless it names another one in the header \`X-Workspace-Id\` or by the id in the
path (\`/api/shops/{shopId}/…\`, \`/api/workspaces/{workspaceId}/…\`). A shop is a workspace, and \`shopId\` is its id. An API key belongs to one workspace and ignores the header. A request for a record of another workspace returns 404.

## Fields

Requests and responses are JSON in UTF-8. Parts of the API were designed for different front-ends and keep their conventions:

| part | field names | a list | one record |
|---|---|---|---|
| \`/api/shops/**\`, \`/api/public/shops/**\`, \`/api/notifications/**\` | camelCase | \`{ data, nextCursor }\` | bare |
| sales: \`/api/properties\`, \`prospects\`, \`conversations\`, \`appointments\`, \`handoffs\`, \`routing-rules\`, \`users\`, \`integrations\` | snake_case | \`{ data }\` and a \`Link\` header | \`{ data }\` |
| \`/api/contact-lists\`, \`greeting-files\`, \`sip-providers\`, \`transfer-numbers\` | snake_case | a bare array and a \`Link\` header | bare |
| \`/api/campaigns\` | snake_case | with \`?userId=\` a bare array, otherwise \`{ data }\` | bare; \`{ data }\` if it was created with \`name\` instead of \`title\` |
| everything else | snake_case | \`{ data, next_cursor }\` | bare |

The reference shows the spelling of query parameters.

- **Ids** are UUIDs. A request with a malformed id returns 404, like a request with an unknown id.
- **Times** are ISO 8601 in UTC with \`Z\`: \`2026-11-30T09:30:00.000Z\`. Requests may use any offset. The one exception is \`timestamp\` of a shop's message, which is in epoch milliseconds. Dates are \`2026-11-30\`.
- **Amounts of money** are numbers in major units, with an ISO 4217 \`currency\` beside them: \`19.99\`, \`"USD"\`. The server calculates in minor units.
- **Telephone numbers** are accepted in any common format and returned in E.164: \`+12025550100\`. A number without a country code belongs to the workspace's \`default_country\`.
- **Updates**: \`PATCH\` and \`PUT\` behave the same. Omitted fields keep their values; \`null\` clears a nullable field. An empty string in an optional field is treated as omitted.
- **Unknown fields** and query parameters are ignored. Fields that the server sets (ids, counters, owners) are ignored in request bodies.
- **Secrets** (passwords of SIP providers, tokens of platforms) are never returned. An update that omits a secret keeps it.

## Pagination

Lists accept \`limit\` (50 by default, at most 200) and \`cursor\`. Records are sorted newest first unless the reference states otherwise. A cursor is opaque. To get the next page, pass the cursor from the previous response. Repeat until a response has no cursor:

- The cursor is in \`next_cursor\`, or \`nextCursor\` in the camelCase parts. It is null on the last page.
- Lists without a cursor in the response link to the next page in a header: \`Link: </api/prospects?cursor=…>; rel="next"\`. The last page has no such header. Bare arrays contain up to 1,000 records.
- \`GET /api/calls\` also accepts \`page\` and \`per_page\`, and returns \`total\`.

\`listAll\` of the typed client supports all of these.

## Retries and idempotency

To retry a \`POST\` safely, send it with an \`Idempotency-Key\` of up to 255 characters. For 24 hours, a repeated request with the same key and body returns the first response (with \`Idempotency-Replayed: true\`) and has no further effect. A repeated request that
arrives while the first one is running waits for its response. The same key with a different body returns 422. A key applies to one user, workspace and path. Requests to \`/api/auth/\` and \`/api/api-keys\` do not support it, because their responses are never stored.
Chat messages have a \`client_id\` for the same purpose.

## Limits

Every response has the remaining quota in \`RateLimit: "default";r=1199;t=42\` (1,199 more requests in the next 42 seconds) and the limit in \`RateLimit-Policy: "default";q=1200;w=60\`. A request over the limit returns 429 with \`Retry-After\` in seconds. The defaults are:

| | requests per minute | setting |
|---|---|---|
| one credential | 1,200 | \`RATE_LIMIT_PER_MINUTE\`; a user has three times this limit |
| one workspace | 12,000 | \`RATE_LIMIT_WORKSPACE_PER_MINUTE\` |
| reads without a login, from one address | 1,200 | \`RATE_LIMIT_PUBLIC_READS_PER_MINUTE\` |
| writes without a login, from one address; one visitor | 60 | \`RATE_LIMIT_PUBLIC_PER_MINUTE\` |

Each account and address may have 5 failed logins in 15 minutes (\`LOGIN_FAILURES\`), and each address may create 20 accounts per hour (\`SIGN_UPS_PER_HOUR\`). JSON bodies are limited to 1 MiB, or 16 KiB without a login; files to 50 MB.

## Files

Uploads are \`multipart/form-data\` with the file in the field \`file\`: \`curl -F file=@greeting.wav\`. The server detects the type from the content. The file URLs in responses (\`url\`, \`recording_url\`, \`imageUrl\`) need the same authentication as
all other requests, return the bytes, and support range requests. \`POST /api/files/{id}/signed-url\` creates a URL that works without a login for 15 minutes.

## The WebSocket

The server sends events on \`/ws\` as they happen: \`new WebSocket('${url.replace(/^http/, 'ws')}/ws', ['bearer', token])\`. [sockets.md](sockets.md) describes events, commands, resuming and close codes.

## Names of fields

Fields are in snake_case, except in the shop's operations. The camelCase spelling of every field is accepted in queries, bodies and forms: \`phoneNumber\` for \`phone_number\`. A field under its own name takes precedence.

A field or query parameter that the operation does not know has no effect, and the response names it: \`X-Ignored-Fields: body.colour, query.page\`. With \`Prefer: handling=strict\` (RFC 7240) the request is refused instead, with 400 \`unknown_field\`.
The typed client sends this header.

## Browsers and CORS

Pages of other origins may call the server if \`CORS_ORIGINS\` lists them; a development server allows every \`localhost\` origin. The cookie works only if the page and the server are on the same *site*: a page at \`http://localhost:5173\` does not send the cookie of a
server at \`http://127.0.0.1:3001\`. Call the server at \`http://localhost:3001\` instead, or send the token as a bearer token. A write request that authenticates by cookie needs an \`Origin\` header with the origin of the server or one of \`CORS_ORIGINS\`; browsers send this header.

Pages of any site may call \`/api/public/**\`, and connect to \`/ws\` with a visitor's token, without cookies (\`Access-Control-Allow-Origin: *\`). They may send the headers \`Authorization\` (with the visitor's token), \`Content-Type\` and \`Idempotency-Key\`.

## Errors

${fence}json
{
  "error": "The e-mail address is not complete.",
  "message": "The e-mail address is not complete.",
  "code": "invalid_input",
  "request_id": "0199b0a0-0000-7000-8000-000000000002",
  "details": [{ "path": "body.email", "message": "The e-mail address is not complete." }]
}
${fence}

\`error\` is a message to show to the user; \`message\` is the same message. \`code\` is for programs and is stable. \`details\` lists the invalid fields. \`request_id\` is also in the \`X-Request-Id\` header and in the server's log. 429 and 503 responses have a \`Retry-After\` header. A record that
you cannot access returns the same response as a record that does not exist.

| code | status | |
|---|---|---|
${errorCodes.map(([code, status, meaning]) => `| \`${code}\` | ${status} | ${meaning} |`).join('\n')}
`
