// SPDX-License-Identifier: GPL-3.0-only
// A certified OpenID Connect provider with invented people, for tests/integration/operations/test_sign_on.py:
//   node provider.mjs MODULES PORT CERTIFICATE KEY CLIENT_ID
// MODULES: the folder in which npm has put the packages. /test/who/NAME: who signs in next; /test/gone/NAME: dismissed.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, port, certificate, key, clientId] = process.argv.slice(2);
const found = createRequire(pathToFileURL(`${modules}/package.json`)).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(found));

const PEOPLE = {
  camille: { name: 'Camille Roc', groups: ['staff', 'agents-rights'] },
  sacha: { name: 'Sacha Mabille', groups: ['staff', 'supervisors'] },
  dominique: { name: 'Dominique Lys', groups: ['gardeners'] },
};
const gone = new Set();
let who = 'camille';

const issuer = `https://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/'],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
  }],
  claims: { openid: ['sub'], profile: ['name', 'groups'] },
  conformIdTokenClaims: false, // the ID token has the person's claims, as with Keycloak and Entra ID
  cookies: { keys: ['of a test'] },
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, RefreshToken: 3600, Session: 3600 },
  async findAccount(_context, id) {
    if (gone.has(id) || !PEOPLE[id]) return undefined;
    return { accountId: id, async claims() { return { sub: id, ...PEOPLE[id] }; } };
  },
});

const revoked = [];
provider.on('grant.revoked', () => revoked.push('grant'));
provider.on('refresh_token.destroyed', () => revoked.push('token'));

// The person: types name and password, and agrees.
const person = () => `<script>
  const login = document.querySelector('[name=login]');
  if (login) { login.value = ${JSON.stringify(who)}; document.querySelector('[name=password]').value = 'x'; }
  document.querySelector('form').submit();
</script>`;

provider.use(async (context, next) => {
  const [, test, act, name] = context.path.split('/');
  if (test === 'test') {
    if (act === 'who') who = name;
    if (act === 'gone') gone.add(name);
    context.body = { revoked };
    return;
  }
  await next();
  if (context.path.startsWith('/interaction/') && typeof context.body === 'string') {
    context.remove('Content-Security-Policy');
    context.body += person();
  }
});

https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, provider.callback())
  .listen(Number(port), '127.0.0.1', () => console.log('ready'));
