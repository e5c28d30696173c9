// Joins GraphiQL to this server: asks for an access token, keeps it for this tab alone, and sends it with each request.
(() => {
  'use strict';

  const STORED_AS = 'toss-recon:token';
  const FIRST_QUERY = '# Enter an access token above, then press the play button.\n\nquery Hello {\n  __typename\n}\n';

  const form = document.getElementById('access');
  const field = document.getElementById('token');
  const state = document.getElementById('state');
  const root = ReactDOM.createRoot(document.getElementById('graphiql'));

  const token = () => sessionStorage.getItem(STORED_AS) ?? '';

  async function fetcher(operation) {
    const headers = {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
    };
    if (token() !== '') {
      headers.Authorization = `Bearer ${token()}`;
    }
    const response = await fetch(window.location.pathname, {
      method: 'POST',
      headers,
      body: JSON.stringify(operation),
      credentials: 'omit',
    });
    state.value = response.status === 401 ? 'This token is not accepted.' : '';
    return response.json();
  }

  // A new key makes GraphiQL ask for the schema again, now with the new token.
  let generation = 0;
  function show() {
    generation += 1;
    field.value = token();
    if (token() === '') {
      state.value = 'Enter a token to begin.';
      root.render(null);
      return;
    }
    state.value = '';
    root.render(React.createElement(GraphiQL, {
      key: generation,
      fetcher,
      defaultQuery: FIRST_QUERY,
      shouldPersistHeaders: false,
    }));
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(STORED_AS, field.value.trim());
    show();
  });

  document.getElementById('forget').addEventListener('click', () => {
    sessionStorage.removeItem(STORED_AS);
    show();
  });

  show();
})();
