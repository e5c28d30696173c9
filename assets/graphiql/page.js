// Joins GraphiQL to this server: asks for an access token, keeps it for this tab alone, and sends it with each request.
(() => {
  'use strict';

  const STORED_AS = 'toss-recon:token';
  const DAY = 24 * 60 * 60 * 1000;
  const SEOUL = 9 * 60 * 60 * 1000;

  const form = document.getElementById('access');
  const field = document.getElementById('token');
  const state = document.getElementById('state');
  const main = document.getElementById('graphiql');
  const root = ReactDOM.createRoot(main);

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

  // The day in Seoul that was so many days ago.
  const day = (ago) => new Date(Date.now() + SEOUL - ago * DAY).toISOString().slice(0, 10);

  // A tab for each example, of the last thirty days.
  async function examples() {
    const response = await fetch(main.dataset.examples, { credentials: 'omit' });
    const text = response.ok ? await response.text() : '{ __typename }';
    return text
      .replaceAll('"FROM"', `"${day(30)}"`)
      .replaceAll('"TO"', `"${day(0)}"`)
      .split('\n# ---\n')
      .map((query) => ({ query }));
  }
  const tabs = examples();

  // A new key makes GraphiQL ask for the schema again, now with the new token.
  let generation = 0;
  async function show() {
    generation += 1;
    const shown = generation;
    field.value = token();
    if (token() === '') {
      state.value = 'Enter a token to begin.';
      root.render(null);
      return;
    }
    state.value = '';
    const defaultTabs = await tabs;
    if (shown !== generation) {
      return;
    }
    root.render(React.createElement(GraphiQL, {
      key: shown,
      fetcher,
      defaultTabs,
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
