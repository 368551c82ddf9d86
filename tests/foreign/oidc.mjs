// An OpenID provider for the tests: panva's certified oidc-provider, with accounts and faults that the test names. One line of JSON on
// standard input says which: {client_id, client_secret, redirect_uri, after_leaving, accounts: {name: claims}, path}. It prints its issuer.
//
// Nobody types anything here. GET /as/<name> chooses who signs in next, and with which fault (?fault=…): what a correct provider can't
// produce is made by altering its answers on their way out.
import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const line = (await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value;
const { client_id, client_secret, redirect_uri, after_leaving, accounts, path = "", scopes = [] } = JSON.parse(line);
const signing = await generateKeyPair("RS256", { extractable: true });
const strange = await generateKeyPair("RS256", { extractable: true });
const jwk = { ...(await exportJWK(signing.privateKey)), kid: "signing", alg: "RS256", use: "sig" };
let next = { name: "", fault: "" };

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const origin = `http://127.0.0.1:${server.address().port}`;
const issuer = `${origin}${path}`;
const mount = path.replace(/\/$/, "");
const claims = [...new Set(Object.values(accounts).flatMap(Object.keys))].filter((name) => !["sub", "acr", "auth_time"].includes(name));

const provider = new Provider(issuer, {
  clients: [{
    client_id, client_secret, redirect_uris: [redirect_uri], post_logout_redirect_uris: [after_leaving], token_endpoint_auth_method: "client_secret_basic",
    id_token_signed_response_alg: "RS256", require_auth_time: true,
  }],
  jwks: { keys: [jwk] },
  scopes: ["openid", ...scopes],
  claims: { openid: ["sub", "acr", ...claims] },
  acrValues: ["strong", "weak"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ["of the tests"] },
  ttl: { AccessToken: 600, AuthorizationCode: 300, IdToken: 600, Grant: 600, Interaction: 600, Session: 600 },
  interactions: { url: (_context, interaction) => `${mount}/interaction/${interaction.uid}` },
  findAccount: (_context, name) => accounts[name] && {
    accountId: name,
    claims: async () => ({ sub: name, ...without(accounts[name], "acr", "auth_time") }),
  },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope(["openid", ...scopes].join(" "));
    grant.addOIDCClaims(claims);
    await grant.save();
    return grant;
  },
});
const answers = provider.callback();

function without(claims, ...names) {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

async function interact(request, response) {
  const { acr, auth_time } = accounts[next.name];
  const login = { accountId: next.name, remember: false, acr, ts: auth_time === undefined ? undefined : Math.floor(Date.now() / 1000) + auth_time };
  await provider.interactionFinished(request, response, next.fault === "cancelled" ? { error: "access_denied" } : { login });
}

// What goes wrong with the id_token, by the name of the fault.
const FAULTS = {
  nonce: (token) => ({ ...token, nonce: "another" }),
  no_nonce: (token) => without(token, "nonce"),
  aud: (token) => ({ ...token, aud: "somebody-else" }),
  many_aud: (token) => ({ ...token, aud: [client_id, "somebody-else"] }),
  iss: (token) => ({ ...token, iss: "https://elsewhere.example" }),
  expired: (token) => ({ ...token, iat: token.iat - 9000, exp: token.exp - 9000 }),
  old: (token) => ({ ...token, iat: token.iat - 3000 }),
  sub: (token) => ({ ...token, sub: "somebody-else" }),
};

async function altered(answer, fault) {
  if (fault === "no_id_token") return without(answer, "id_token");
  if (fault === "none") return { ...answer, id_token: `${encoded({ alg: "none" })}.${answer.id_token.split(".")[1]}.` };
  const claims = (FAULTS[fault] ?? ((token) => token))(decodeJwt(answer.id_token));
  if (fault === "hmac") {
    // The public key taken for a shared secret.
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(signing.publicKey)));
    return { ...answer, id_token: await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "signing" }).sign(secret) };
  }
  const header = { alg: "RS256", kid: fault === "unknown_key" ? "another" : "signing" };
  const key = fault === "signature" ? strange.privateKey : signing.privateKey;
  return { ...answer, id_token: await new SignJWT(claims).setProtectedHeader(header).sign(key) };
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

// Lets the provider answer, and changes what it says to the one address.
function alter(request, response, change) {
  const end = response.end.bind(response);
  response.end = (body) => {
    void (async () => {
      const text = response.statusCode === 200 ? JSON.stringify(await change(JSON.parse(String(body)))) : body;
      response.removeHeader("Content-Length");
      end(text);
    })();
    return response;
  };
  answers(request, response);
}

server.on("request", (request, response) => {
  const { pathname, searchParams } = new URL(request.url, origin);
  if (pathname.startsWith("/as/")) {
    next = { name: decodeURIComponent(pathname.slice(4)), fault: searchParams.get("fault") ?? "" };
    return response.end(createHash("sha256").update(next.name).digest("hex"));
  }
  const here = pathname.slice(mount.length);
  [request.originalUrl, request.baseUrl, request.url] = [request.url, mount, request.url.slice(mount.length)];
  if (here.startsWith("/interaction/")) return interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
  if (here === "/token" && next.fault && next.fault !== "userinfo_sub") return alter(request, response, (answer) => altered(answer, next.fault));
  if (here === "/me" && next.fault === "userinfo_sub") return alter(request, response, (answer) => ({ ...answer, sub: "somebody-else" }));
  if (here.startsWith("/.well-known/") && next.fault === "discovery") return alter(request, response, (answer) => ({ ...answer, issuer: "https://elsewhere.example" }));
  if (here.startsWith("/.well-known/") && next.fault === "no_way_out") return alter(request, response, (answer) => without(answer, "end_session_endpoint"));
  if (here.startsWith("/.well-known/") && next.fault === "way_out_elsewhere") return alter(request, response, (answer) => ({ ...answer, end_session_endpoint: "http://elsewhere.example/out" }));
  return answers(request, response);
});
console.log(issuer);
