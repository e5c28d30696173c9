// Subscribes with graphql-sse's own client at SSE_URL with the access token SSE_TOKEN, to the operation in SSE_QUERY. Prints a line
// for each connection and each result, and `complete` at the end. A lost connection is made again, as the client does by itself.
import { createClient } from 'graphql-sse';

const { SSE_URL: url, SSE_TOKEN: token, SSE_QUERY: query } = process.env;
if (!url || !token || !query) {
  console.error('Set SSE_URL to the address of /graphql, SSE_TOKEN to an access token and SSE_QUERY to a subscription.');
  process.exit(2);
}

const client = createClient({
  url,
  headers: { authorization: `Bearer ${token}` },
  retryAttempts: 100,
  retry: () => new Promise((again) => setTimeout(again, 100)),
  on: { connected: (again) => console.log(again ? 'connected again' : 'connected') },
});

client.subscribe(
  { query },
  {
    next: (result) => console.log(JSON.stringify(result)),
    error: (error) => {
      console.error(`error: ${error.message}`);
      process.exit(1);
    },
    complete: () => {
      console.log('complete');
      process.exit(0);
    },
  },
);
