// Runs every audit of graphql-http against the server at AUDIT_URL with the access token AUDIT_TOKEN.
// Prints each audit that is not ok; exits with 1 unless all of them, and as many as are expected, are ok.
import { serverAudits } from 'graphql-http';

const EXPECTED_AUDITS = 61;

const { AUDIT_URL: url, AUDIT_TOKEN: token } = process.env;
if (!url || !token) {
  console.error('Set AUDIT_URL to the address of /graphql and AUDIT_TOKEN to an access token.');
  process.exit(2);
}

const withToken = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};

const audits = serverAudits({ url, fetchFn: withToken });
let ok = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    ok += 1;
  } else {
    const answer = result.response;
    const seen = answer ? `${answer.status} ${answer.headers.get('content-type')}` : 'no answer';
    console.error(`${result.status}: ${audit.id} ${audit.name}: ${result.reason} [${seen}]`);
  }
}
console.log(`${ok} of ${audits.length} audits ok`);
process.exitCode = ok === audits.length && ok === EXPECTED_AUDITS ? 0 : 1;
